package io.metastore.storage.engine;

/** The engine cannot do what it must: damage, a full disk, a newer format. Never "not found". */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
