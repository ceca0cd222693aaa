package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Cursor;
import java.util.Arrays;

/** A walk over {@link History} in revision order. Belongs to one thread. */
final class HistoryCursor implements AutoCloseable {
    private final Cursor cursor;
    private final byte[] header = new byte[Entry.MAX_HEADER_BYTES];
    private byte[] revisionKey = header;

    HistoryCursor(Cursor cursor) {
        this.cursor = cursor;
    }

    boolean next() {
        if (!cursor.next()) {
            return false;
        }
        revisionKey = cursor.key();
        return true;
    }

    long main() {
        return History.main(revisionKey);
    }

    long sub() {
        return History.sub(revisionKey);
    }

    /** Main and sub in eight bytes each, big-endian. */
    byte[] revisionKey() {
        return revisionKey;
    }

    /** The record alone, without reading the KeyValue. */
    Entry record() {
        int length = cursor.peekValue(header);
        return Entry.decode(header, length);
    }

    /** The header and the KeyValue as they are stored. */
    byte[] stored() {
        return cursor.value();
    }

    Change change() {
        byte[] stored = cursor.value();
        Entry record = Entry.decode(stored, stored.length);
        byte[] keyValue = Arrays.copyOfRange(stored, stored.length - record.keyValueBytes(), stored.length);
        return new Change(
                record.revision(), record.tombstone(), KeyValues.key(keyValue, 0), keyValue, record.superseded());
    }

    @Override
    public void close() {
        cursor.close();
    }
}
