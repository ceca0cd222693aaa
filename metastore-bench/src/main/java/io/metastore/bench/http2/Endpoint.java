package io.metastore.bench.http2;

/** Where a server listens for clients; {@link Access} is how. */
public record Endpoint(String host, int port) {

    public Endpoint {
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not an endpoint: " + host + ":" + port);
        }
    }

    /** {@code host:port}, with or without {@code http://}. */
    public static Endpoint parse(String text) {
        if (text.startsWith("https://")) {
            throw new IllegalArgumentException("TLS is not supported: " + text);
        }
        String address = text.startsWith("http://") ? text.substring("http://".length()) : text;
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("host:port expected, not " + text);
        }
        try {
            return new Endpoint(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("host:port expected, not " + text, e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
