package io.metastore.storage.mvcc;

/** An answer that cannot be sent, or that would take more memory than one read may. It says so as grpc-go does. */
public final class ResponseTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param bytes of the answer, or of as much of it as was read */
    public ResponseTooLargeException(long bytes, long maxBytes) {
        super(
                "grpc: trying to send message larger than max (%d vs. %d)".formatted(bytes, maxBytes),
                null,
                false,
                false);
    }
}
