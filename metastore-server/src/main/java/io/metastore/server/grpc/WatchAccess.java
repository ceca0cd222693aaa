package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.metastore.storage.watch.WatchGuard;

/** Who may watch what: asked once per stream, with what the client sent and how it is connected. */
@FunctionalInterface
public interface WatchAccess {
    /** For members without access control. */
    WatchAccess OPEN = (call, metadata) -> WatchGuard.OPEN;

    WatchGuard guard(ServerCall<?, ?> call, Metadata metadata);

    static WatchAccess of(Access access) {
        return (call, metadata) -> new AccessGuard(access, Credentials.of(call, metadata));
    }
}
