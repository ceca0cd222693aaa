package io.metastore.server.traffic;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.mvcc.Key;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key or a range that a request reads or writes. Holds copies: a request's own bytes would keep all of it in memory. */
record KeyUse(KeyOrRange what, boolean writes) {
    /** Of a longer key only this much counts. */
    static final int MAX_KEY_BYTES = 512;
    /** Of a larger transaction only the first count. */
    static final int MAX_OPERATIONS = 8;

    /**
     * What is used as one.
     *
     * @param end null for a single key
     */
    record KeyOrRange(Key key, @Nullable Key end) {}

    static List<KeyUse> of(RangeRequest request) {
        return List.of(use(request.getKey(), request.getRangeEnd(), false));
    }

    static List<KeyUse> of(PutRequest request) {
        return List.of(use(request.getKey(), ByteString.EMPTY, true));
    }

    static List<KeyUse> of(DeleteRangeRequest request) {
        return List.of(use(request.getKey(), request.getRangeEnd(), true));
    }

    /** What it does if its compares hold, which here nobody knows yet; if that is nothing, what it does if not. */
    static List<KeyUse> of(TxnRequest request) {
        List<KeyUse> uses = new ArrayList<>();
        for (RequestOp operation :
                request.getSuccessCount() > 0 ? request.getSuccessList() : request.getFailureList()) {
            if (uses.size() >= MAX_OPERATIONS) {
                break;
            }
            switch (operation.getRequestCase()) {
                case REQUEST_RANGE -> uses.addAll(of(operation.getRequestRange()));
                case REQUEST_PUT -> uses.addAll(of(operation.getRequestPut()));
                case REQUEST_DELETE_RANGE -> uses.addAll(of(operation.getRequestDeleteRange()));
                case REQUEST_TXN, REQUEST_NOT_SET -> {} // of what is nested the outer operations tell enough
            }
        }
        return uses;
    }

    private static KeyUse use(ByteString key, ByteString end, boolean writes) {
        return new KeyUse(new KeyOrRange(copy(key), end.isEmpty() ? null : copy(end)), writes);
    }

    private static Key copy(ByteString bytes) {
        return Key.of(bytes.size() > MAX_KEY_BYTES ? bytes.substring(0, MAX_KEY_BYTES) : bytes);
    }
}
