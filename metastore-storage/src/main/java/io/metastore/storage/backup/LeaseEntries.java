package io.metastore.storage.backup;

import io.metastore.storage.bolt.BoltEntries;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The leases: they are stored as etcd stores them, and there may be many. */
final class LeaseEntries implements BoltEntries {
    private final EngineReader engine;
    private @Nullable Cursor cursor;
    private byte @Nullable [] from;
    private byte[] key = {};
    private byte[] value = {};

    LeaseEntries(EngineReader engine) {
        this.engine = engine;
    }

    @Override
    public boolean next() {
        Cursor open = cursor;
        if (open == null) {
            open = engine.cursor(Bucket.LEASE, from, null);
            cursor = open;
        }
        if (!open.next()) {
            return false;
        }
        key = open.key();
        value = open.value();
        return true;
    }

    @Override
    public byte[] key() {
        return key;
    }

    @Override
    public int valueLength() {
        return value.length;
    }

    @Override
    public byte[] value() {
        return value;
    }

    @Override
    public void pause() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
            // Ids have one length, so the next is above this one with a byte more.
            from = key.length == 0 ? null : Arrays.copyOf(key, key.length + 1);
        }
    }

    @Override
    public void close() {
        pause();
    }
}
