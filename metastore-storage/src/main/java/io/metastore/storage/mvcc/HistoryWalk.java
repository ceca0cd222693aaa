package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A walk over all stored changes in revision order, with keys and values as etcd stores them. It may be paused, and pauses now
 * and then by itself, so that nobody waits for it. Belongs to one thread at a time.
 */
public final class HistoryWalk implements AutoCloseable {
    /** Records between two pauses: some ten milliseconds. */
    private static final int RECORDS_AT_ONCE = 1 << 14;

    private static final int REVISION_BYTES = 2 * Long.BYTES + 1;

    private final EngineReader engine;
    private final byte[] header = new byte[Entry.MAX_HEADER_BYTES];
    private @Nullable Cursor cursor;
    private byte @Nullable [] at;
    private int sincePause;
    private @Nullable Entry record;

    public HistoryWalk(EngineReader engine) {
        this.engine = engine;
    }

    public boolean next() {
        if (sincePause++ == RECORDS_AT_ONCE) {
            pause();
        }
        Cursor open = cursor;
        if (open == null) {
            byte[] from = at;
            open = engine.cursor(Bucket.REV, from == null ? null : Arrays.copyOf(from, from.length + 1), null);
            cursor = open;
        }
        if (!open.next()) {
            return false;
        }
        at = open.key();
        record = null;
        return true;
    }

    /** Main (8), '_', sub (8), and 't' for a tombstone (etcd: mvcc/revision.go). */
    public byte[] revisionKey() {
        byte[] key = ours();
        boolean isTombstone = record().tombstone();
        ByteBuffer revision = ByteBuffer.allocate(REVISION_BYTES + (isTombstone ? 1 : 0));
        revision.put(key, 0, Long.BYTES).put((byte) '_').put(key, Long.BYTES, Long.BYTES);
        if (isTombstone) {
            revision.put((byte) 't');
        }
        return revision.array();
    }

    /** Length of the marshaled KeyValue. */
    public int keyValueLength() {
        return record().keyValueBytes();
    }

    /** An array that ends with the marshaled KeyValue. */
    public byte[] stored() {
        return open().value();
    }

    /** Lets go the engine; the walk goes on behind the record at which it was. */
    public void pause() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
        sincePause = 0;
    }

    @Override
    public void close() {
        pause();
    }

    private Entry record() {
        Entry known = record;
        if (known == null) {
            known = Entry.decode(header, open().peekValue(header));
            record = known;
        }
        return known;
    }

    private Cursor open() {
        Cursor open = cursor;
        if (open == null) {
            throw new IllegalStateException("paused, or not begun");
        }
        return open;
    }

    private byte[] ours() {
        byte[] key = at;
        if (key == null) {
            throw new IllegalStateException("not begun");
        }
        return key;
    }
}
