package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The numbers that the key space keeps in the {@code meta} family, each a list of longs. */
enum Meta {
    /** The compact mark. */
    SCHEDULED_COMPACTION("mvcc.scheduled"),
    /** Up to where erasing is complete. */
    FINISHED_COMPACTION("mvcc.finished"),
    /** Main and sub of the next record that erasing looks at, while it is under way. */
    ERASING("mvcc.erasing"),
    /** Bytes in use, bytes allocated. */
    SIZE("mvcc.size"),
    /** The revision up to which the stored counts need no correction. */
    COUNTED("mvcc.counted");

    @SuppressWarnings("ImmutableEnumChecker") // never handed out
    private final byte[] key;

    Meta(String name) {
        key = name.getBytes(StandardCharsets.US_ASCII);
    }

    /** The stored numbers, or as many of {@code absent}. */
    long[] read(EngineReader engine, long... absent) {
        byte[] stored = engine.get(Bucket.META, key);
        if (stored == null) {
            return absent;
        }
        long[] numbers = new long[stored.length / Long.BYTES];
        ByteBuffer.wrap(stored).asLongBuffer().get(numbers);
        return numbers;
    }

    void put(EngineBatch batch, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
        bytes.asLongBuffer().put(numbers);
        batch.put(Bucket.META, key, bytes.array());
    }

    void delete(EngineBatch batch) {
        batch.delete(Bucket.META, key);
    }
}
