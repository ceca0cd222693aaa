package io.metastore.storage.engine;

/** The engine was closed before or while it was asked. */
public final class EngineClosedException extends EngineException {
    private static final long serialVersionUID = 1L;

    public EngineClosedException() {
        super("the storage engine is closed");
    }
}
