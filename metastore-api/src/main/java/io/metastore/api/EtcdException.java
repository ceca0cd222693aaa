package io.metastore.api;

/** An {@link EtcdError} on its way out of a call. It is an answer, not a fault, so it carries no stack trace. */
public final class EtcdException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final EtcdError error;

    public EtcdException(EtcdError error) {
        super(error.text(), null, false, false);
        this.error = error;
    }

    public EtcdError error() {
        return error;
    }
}
