package io.metastore.api;

/**
 * What a canceled watch response gives as cancel_reason. Clients compare these texts as a whole, the prefix included. A
 * watch canceled by its client or overtaken by compaction has no reason; the latter says so in compact_revision.
 */
public enum WatchCancelReason {
    /** The start revision was negative. */
    NEGATIVE_START(EtcdError.COMPACTED.text()),
    PERMISSION_DENIED(rpcError("PermissionDenied", EtcdError.PERMISSION_DENIED)),
    INVALID_AUTH_TOKEN(rpcError("Unauthenticated", EtcdError.INVALID_AUTH_TOKEN)),
    AUTH_OLD_REVISION(rpcError("InvalidArgument", EtcdError.AUTH_OLD_REVISION)),
    USER_EMPTY(rpcError("InvalidArgument", EtcdError.USER_EMPTY)),
    EMPTY_RANGE("mvcc: watcher range is empty"),
    DUPLICATE_WATCH_ID("mvcc: duplicate watch ID provided on the WatchStream");

    private final String text;

    WatchCancelReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** As Go's gRPC prints a status. */
    private static String rpcError(String code, EtcdError error) {
        return "rpc error: code = " + code + " desc = " + error.text();
    }
}
