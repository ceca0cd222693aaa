package io.metastore.storage.state;

/**
 * A log entry says something this member does not understand: a newer release wrote it, or it is damaged. The member must
 * stop; to skip what others apply would make it different from them.
 */
public final class UnreadableEntryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableEntryException(String message) {
        super(message);
    }

    UnreadableEntryException(String message, Throwable cause) {
        super(message, cause);
    }
}
