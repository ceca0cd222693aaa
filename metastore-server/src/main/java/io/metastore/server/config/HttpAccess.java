package io.metastore.server.config;

import java.util.Set;

/**
 * Who may use the HTTP side of the client port.
 *
 * @param corsOrigins that may call from a browser; empty or with an asterisk: all
 * @param hostWhitelist names by which the server may be addressed without TLS; likewise
 * @param gateway whether the JSON gateway is served
 */
public record HttpAccess(Set<String> corsOrigins, Set<String> hostWhitelist, boolean gateway) {
    public HttpAccess {
        corsOrigins = Set.copyOf(corsOrigins);
        hostWhitelist = Set.copyOf(hostWhitelist);
    }
}
