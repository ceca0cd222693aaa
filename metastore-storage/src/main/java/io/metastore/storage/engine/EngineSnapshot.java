package io.metastore.storage.engine;

/**
 * All buckets as they were at one moment, between two batches. Any thread; what it hands out belongs to one.
 *
 * <p>It holds up nobody: when the engine is closed or given another content, further reads are an {@link EngineException}.
 * While it is open, what it shows stays on the disk. Those others do wait for an open
 * cursor: a long walk closes its own now and then.
 */
public interface EngineSnapshot extends EngineReader, AutoCloseable {

    /** Twice is fine, and so is after the engine. */
    @Override
    void close();
}
