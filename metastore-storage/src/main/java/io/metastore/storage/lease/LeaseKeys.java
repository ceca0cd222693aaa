package io.metastore.storage.lease;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.mvcc.Key;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are attached to which lease: rows of the engine, id then key, read by cursor and never held in memory but
 * for what the open batch changes. Apply thread, except {@link #stored}.
 */
final class LeaseKeys {
    private static final byte[] NOTHING = {};

    private final KvEngine engine;
    // Of the open batch: per lease and key, whether it is attached in the end.
    private final Map<Long, Map<Key, Boolean>> changes = new HashMap<>();

    LeaseKeys(KvEngine engine) {
        this.engine = engine;
    }

    void attach(EngineBatch batch, long leaseId, Key key) {
        batch.put(Bucket.LEASE_KEY, row(leaseId, key), NOTHING);
        changesOf(leaseId).put(key, true);
    }

    void detach(EngineBatch batch, long leaseId, Key key) {
        batch.delete(Bucket.LEASE_KEY, row(leaseId, key));
        changesOf(leaseId).put(key, false);
    }

    /** In key order, with what the open batch has changed. */
    List<Key> attached(long leaseId) {
        List<Key> stored = stored(leaseId);
        Map<Key, Boolean> changed = changes.get(leaseId);
        if (changed == null) {
            return stored;
        }
        TreeSet<Key> keys = new TreeSet<>(stored);
        changed.forEach((key, isAttached) -> {
            if (isAttached) {
                keys.add(key);
            } else {
                keys.remove(key);
            }
        });
        return List.copyOf(keys);
    }

    /** Any thread: in key order, as of the last batch. */
    List<Key> stored(long leaseId) {
        List<Key> keys = new ArrayList<>();
        try (Cursor cursor = engine.cursor(Bucket.LEASE_KEY, idBytes(leaseId), endOf(leaseId))) {
            while (cursor.next()) {
                byte[] row = cursor.key();
                keys.add(Key.of(Arrays.copyOfRange(row, Long.BYTES, row.length)));
            }
        }
        return keys;
    }

    /** Detaches the stored keys of every lease that is not {@code known}. */
    void detachUnless(EngineBatch batch, LongPredicate known) {
        try (Cursor cursor = engine.cursor(Bucket.LEASE_KEY, null, null)) {
            while (cursor.next()) {
                byte[] row = cursor.key();
                if (!known.test(ByteBuffer.wrap(row).getLong())) {
                    batch.delete(Bucket.LEASE_KEY, row);
                }
            }
        }
    }

    /** The batch is in the engine, or will never be. */
    void forgetChanges() {
        changes.clear();
    }

    static byte[] idBytes(long leaseId) {
        return ByteBuffer.allocate(Long.BYTES).putLong(leaseId).array();
    }

    /** Where the rows of the next id begin; rows are in the order of unsigned ids, the last of which is -1. */
    private static byte @Nullable [] endOf(long leaseId) {
        return leaseId == -1 ? null : idBytes(leaseId + 1);
    }

    private static byte[] row(long leaseId, Key key) {
        byte[] keyBytes = key.bytes();
        return ByteBuffer.allocate(Long.BYTES + keyBytes.length)
                .putLong(leaseId)
                .put(keyBytes)
                .array();
    }

    private Map<Key, Boolean> changesOf(long leaseId) {
        return changes.computeIfAbsent(leaseId, id -> new HashMap<>());
    }
}
