package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The {@code rev} family: every change in revision order. Records are never changed, only erased by compaction. */
final class History {
    private static final int KEY_BYTES = 2 * Long.BYTES;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final KvEngine engine;

    History(KvEngine engine) {
        this.engine = engine;
    }

    static byte[] key(long main, long sub) {
        byte[] key = new byte[KEY_BYTES];
        LONG.set(key, 0, main);
        LONG.set(key, Long.BYTES, sub);
        return key;
    }

    static long main(byte[] key) {
        return (long) LONG.get(key, 0);
    }

    static long sub(byte[] key) {
        return (long) LONG.get(key, Long.BYTES);
    }

    static void erase(EngineBatch batch, long main, long sub) {
        batch.delete(Bucket.REV, key(main, sub));
    }

    /** Main revision of the newest record, 0 if there is none. */
    long newest() {
        try (Cursor cursor = engine.reverseCursor(Bucket.REV, null, null)) {
            return cursor.next() ? main(cursor.key()) : 0;
        }
    }

    /** The version that {@code newer} supersedes; null if none, or erased. */
    @Nullable
    Head superseded(Head newer) {
        Entry record = newer.record();
        return record.supersedes() ? read(newer.key(), record.supersededMain(), record.supersededSub()) : null;
    }

    /**
     * The version of the key alive at {@code revision}, found by going back from {@code newest}. A record that is missing
     * is an erased tombstone as long as the compact mark has not passed {@code revision}: the caller checks that afterwards.
     */
    @Nullable
    Head aliveAt(Head newest, long revision) {
        Head head = newest;
        while (head != null && head.modRevision() > revision) {
            head = superseded(head);
        }
        return head == null || head.isTombstone() ? null : head;
    }

    /** As {@link #aliveAt}, for those who only want to know whether there is one. */
    boolean isAliveAt(Entry newest, long revision) {
        Entry record = newest;
        while (record.main() > revision) {
            if (!record.supersedes()) {
                return false;
            }
            byte[] stored = engine.get(Bucket.REV, key(record.supersededMain(), record.supersededSub()));
            if (stored == null) {
                return false;
            }
            record = Entry.decode(stored, stored.length);
        }
        return !record.tombstone();
    }

    /** The same version with its bytes. */
    Head fill(Head slim) {
        Head full = read(slim.key(), slim.record().main(), slim.record().sub());
        if (full == null) {
            throw new HistoryGoneException(slim);
        }
        return full;
    }

    /** All records from one main revision to another, both inclusive. */
    HistoryCursor walk(long fromMain, long fromSub, long toMain) {
        byte[] to = toMain == Long.MAX_VALUE ? null : key(Math.max(0, toMain + 1), 0);
        return new HistoryCursor(engine.cursor(Bucket.REV, key(fromMain, fromSub), to));
    }

    /** A record by its revision, null if it is erased. */
    @Nullable
    Head read(Key key, long main, long sub) {
        byte[] stored = engine.get(Bucket.REV, key(main, sub));
        if (stored == null) {
            return null;
        }
        Entry record = Entry.decode(stored, stored.length);
        return Head.parse(key, record, stored, stored.length - record.keyValueBytes());
    }
}
