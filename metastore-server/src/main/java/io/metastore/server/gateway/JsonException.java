package io.metastore.server.gateway;

/** A request that is no JSON, or not the JSON of its message. The text is the one that a client of etcd sees. */
final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message, null, false, false);
    }
}
