package io.metastore.storage.state;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The last log entry the state holds. It is written with what that entry changed, so that none is applied twice or lost. */
record AppliedMark(long index, long term) {
    static final AppliedMark NONE = new AppliedMark(0, 0);

    private static final byte[] KEY = "applied".getBytes(StandardCharsets.UTF_8);

    static AppliedMark read(EngineReader engine) {
        byte[] stored = engine.get(Bucket.META, KEY);
        if (stored == null) {
            return NONE;
        }
        ByteBuffer mark = ByteBuffer.wrap(stored);
        return new AppliedMark(mark.getLong(), mark.getLong());
    }

    void write(EngineBatch batch) {
        byte[] mark =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(index).putLong(term).array();
        batch.put(Bucket.META, KEY, mark);
    }
}
