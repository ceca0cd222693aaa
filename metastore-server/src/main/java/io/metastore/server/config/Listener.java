package io.metastore.server.config;

import java.net.InetSocketAddress;

/**
 * A socket to listen on for clients.
 *
 * @param address port 0 means any free one
 * @param plain whether connections without TLS are served
 * @param tls whether connections with TLS are served; both are told apart by their first byte
 */
public record Listener(InetSocketAddress address, boolean plain, boolean tls, Traffic traffic) {
    /** What a socket serves. */
    public enum Traffic {
        GRPC_AND_HTTP,
        GRPC,
        HTTP,
        /** {@code /metrics} and health checks. */
        METRICS;

        public boolean hasGrpc() {
            return this == GRPC_AND_HTTP || this == GRPC;
        }

        public boolean hasHttp() {
            return this != GRPC;
        }
    }
}
