package io.metastore.storage.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The record that says how the state is laid out, so that no release misreads what a later one wrote. */
final class FormatVersion {
    static final int CURRENT = 1;

    private static final byte[] KEY = "format".getBytes(StandardCharsets.US_ASCII);

    private FormatVersion() {}

    /** Writes the record into a new store; refuses a store that this release does not know how to read. */
    static void check(KvEngine engine, String where) {
        byte @Nullable [] stored = engine.get(Bucket.META, KEY);
        if (stored == null) {
            EngineBatch batch = engine.newBatch();
            batch.put(Bucket.META, KEY, encode(CURRENT));
            engine.write(batch);
            engine.flush();
            return;
        }
        int version = stored.length == Integer.BYTES ? ByteBuffer.wrap(stored).getInt() : -1;
        if (version < 1) {
            throw new EngineException("%s: the format version is damaged".formatted(where));
        }
        if (version > CURRENT) {
            throw new EngineException(
                    "%s has format version %d; this release reads up to version %d. Start it with the release that wrote it"
                            .formatted(where, version, CURRENT));
        }
    }

    static byte[] key() {
        return KEY.clone();
    }

    static byte[] encode(int version) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(version).array();
    }
}
