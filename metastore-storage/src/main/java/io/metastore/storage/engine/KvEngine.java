package io.metastore.storage.engine;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Buckets of ordered bytes that change by atomic batches. All methods may be called from any thread; who may write is
 * decided above. Nothing is durable before {@link #flush}, but what survives a crash is always a prefix of the batches.
 *
 * <p>Failures of the disk are {@link EngineException}; after {@link #close} every call is an
 * {@link EngineClosedException}.
 */
public interface KvEngine extends EngineReader, AutoCloseable {

    /** As {@link #cursor}, from the last key of {@code [from, to)} down. */
    Cursor reverseCursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to);

    /** All buckets as they are now, to be read at leisure. Takes microseconds and waits for nobody. */
    EngineSnapshot snapshot();

    /** Heap only, owned by one thread, to be used again after {@link EngineBatch#clear}. */
    EngineBatch newBatch();

    /** Takes effect in all buckets at once and is visible to everyone when it returns; not yet durable. */
    void write(EngineBatch batch);

    /** Makes everything written so far durable. */
    void flush();

    /** Writes a consistent and complete copy into a directory that does not exist yet, sharing files where possible. */
    void checkpoint(Path directory);

    /** Replaces all content by that of a checkpoint. Waits for reads under way; later ones see the new content. */
    void restore(Path checkpoint);

    /** Gives space of erased records back to the disk; slow. */
    void compact();

    /**
     * Told once, on any thread, when from now on a read finds damage or a failing disk; who reads gets the exception then. Who
     * writes is told by his exception alone.
     */
    default void onDamage(Consumer<EngineException> listener) {}

    /** Where files may be made beside the engine's own; null if it has none. */
    @Nullable
    Path directory();

    /** Bytes of all files, or of the heap. */
    long bytesUsed();

    /** Waits for reads and writes under way, then frees everything. Twice is fine. */
    @Override
    void close();
}
