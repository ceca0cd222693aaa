package io.metastore.storage.engine;

import org.jspecify.annotations.Nullable;

/** Where stored bytes can be looked up: the engine itself, or the engine as it was at one moment. */
public interface EngineReader {

    byte @Nullable [] get(Bucket bucket, byte[] key);

    /** Ascending over {@code [from, to)}, null being open, as of now: later writes are not seen. */
    Cursor cursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to);
}
