package io.metastore.bench.http2;

/** The other side broke the protocol, or used a part of it that this client does not speak. Ends the connection. */
final class Http2Exception extends RuntimeException {
    Http2Exception(String message) {
        super(message);
    }
}
