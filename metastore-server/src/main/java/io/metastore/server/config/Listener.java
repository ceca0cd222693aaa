package io.metastore.server.config;

import java.net.SocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A socket to listen on, for clients or for other members.
 *
 * @param address of a port, 0 for any free one, or of a Unix domain socket
 * @param plain whether connections without TLS are served
 * @param tls whether connections with TLS are served; both are told apart by their first byte
 */
public record Listener(SocketAddress address, boolean plain, boolean tls, Traffic traffic) {
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

    /** Those of the URLs; URLs of both schemes with the same address share one. */
    static List<Listener> sockets(List<URI> urls, Traffic traffic) {
        Map<SocketAddress, Listener> byAddress = new LinkedHashMap<>();
        for (URI url : urls) {
            for (SocketAddress address : Urls.addresses(url)) {
                byAddress.merge(
                        address,
                        new Listener(address, !TlsOptions.isTls(url), TlsOptions.isTls(url), traffic),
                        (one, other) ->
                                new Listener(address, one.plain() || other.plain(), one.tls() || other.tls(), traffic));
            }
        }
        return List.copyOf(byAddress.values());
    }
}
