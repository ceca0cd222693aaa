package io.metastore.storage.state;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The version of the layout on disk. A member does not open what a later release may have written differently. */
final class StateFormat {
    static final int VERSION = 1;

    private static final byte[] KEY = "formatVersion".getBytes(StandardCharsets.UTF_8);

    private StateFormat() {}

    /** Marks a new state, refuses one of another version. */
    static void check(KvEngine engine) {
        byte[] stored = engine.get(Bucket.META, KEY);
        if (stored != null) {
            int version = ByteBuffer.wrap(stored).getInt();
            if (version != VERSION) {
                throw new IllegalStateException(
                        "the state has format %d; this release reads format %d".formatted(version, VERSION));
            }
            return;
        }
        EngineBatch batch = engine.newBatch();
        batch.put(
                Bucket.META,
                KEY,
                ByteBuffer.allocate(Integer.BYTES).putInt(VERSION).array());
        engine.write(batch);
    }
}
