package io.metastore.raft;

/** A member that must not start: its files are damaged or do not belong together. The message is for the operator. */
public final class RaftStartException extends Exception {

    private static final long serialVersionUID = 1L;

    RaftStartException(String message) {
        super(message);
    }

    RaftStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
