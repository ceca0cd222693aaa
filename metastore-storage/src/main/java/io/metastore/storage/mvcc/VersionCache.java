package io.metastore.storage.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the newest version of keys that were lately written: what a put has to know of the version before it.
 * Bounded in bytes, exact, owned by the apply thread. An update of a key changes its record in place.
 */
final class VersionCache {
    // A record, without its key.
    private static final int MAIN = 0;
    private static final int CREATE_REVISION = 8;
    private static final int VERSION = 16;
    private static final int LEASE = 24;
    private static final int SUPERSEDED_MAIN = 32;
    private static final int SUB = 40;
    private static final int SUPERSEDED_SUB = 44;
    private static final int SUPERSEDED_BYTES = 48;
    private static final int KEY_VALUE_BYTES = 52;
    private static final int FLAGS = 56;
    private static final int PAYLOAD_BYTES = 57;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final History history;
    // Parts, so that none is large: it stops the thread while its table doubles.
    private final KeyedBytes[] parts;

    /**
     * @param maxBytes of the records, less than 16 KiB for none; their tables take 8 to 16 bytes a record beside it
     * @param history where the bytes of a version are read from when they are wanted
     */
    VersionCache(long maxBytes, History history) {
        this.history = history;
        this.parts = KeyedBytes.parts(maxBytes);
    }

    /** The newest version of the key, its numbers alone; null if it is not here. */
    @Nullable
    Head get(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        KeyedBytes part = part(hash);
        int position = part.find(key.bytes(), hash);
        if (position == KeyedBytes.NONE) {
            return null;
        }
        part.touch(position);
        byte[] chunk = part.chunk(position);
        int at = part.payloadAt(position);
        Entry record = new Entry(
                longAt(chunk, at + MAIN),
                intAt(chunk, at + SUB),
                Entry.kindOf(chunk[at + FLAGS]),
                longAt(chunk, at + SUPERSEDED_MAIN),
                intAt(chunk, at + SUPERSEDED_SUB),
                intAt(chunk, at + SUPERSEDED_BYTES),
                intAt(chunk, at + KEY_VALUE_BYTES));
        return Head.ofNumbers(
                key,
                record,
                longAt(chunk, at + CREATE_REVISION),
                longAt(chunk, at + VERSION),
                longAt(chunk, at + LEASE),
                history);
    }

    /** Notes the newest version of its key. */
    void put(Head head) {
        byte[] key = head.key().bytes();
        int hash = KeyedBytes.hash(key);
        KeyedBytes part = part(hash);
        if (!part.takes(key.length, PAYLOAD_BYTES)) {
            return;
        }
        int position = part.find(key, hash);
        if (position == KeyedBytes.NONE) {
            position = part.add(key, hash, PAYLOAD_BYTES);
        }
        byte[] chunk = part.chunk(position);
        int at = part.payloadAt(position);
        Entry record = head.record();
        LONGS.set(chunk, at + MAIN, record.main());
        LONGS.set(chunk, at + CREATE_REVISION, head.createRevision());
        LONGS.set(chunk, at + VERSION, head.version());
        LONGS.set(chunk, at + LEASE, head.lease());
        LONGS.set(chunk, at + SUPERSEDED_MAIN, record.supersededMain());
        INTS.set(chunk, at + SUB, Math.toIntExact(record.sub()));
        INTS.set(chunk, at + SUPERSEDED_SUB, Math.toIntExact(record.supersededSub()));
        INTS.set(chunk, at + SUPERSEDED_BYTES, record.supersededBytes());
        INTS.set(chunk, at + KEY_VALUE_BYTES, record.keyValueBytes());
        chunk[at + FLAGS] = record.flags();
    }

    int size() {
        int size = 0;
        for (KeyedBytes part : parts) {
            size += part.size();
        }
        return size;
    }

    void clear() {
        for (KeyedBytes part : parts) {
            part.clear();
        }
    }

    private KeyedBytes part(int hash) {
        return parts[KeyedBytes.part(hash, parts.length)];
    }

    private static int intAt(byte[] chunk, int at) {
        return (int) INTS.get(chunk, at);
    }

    private static long longAt(byte[] chunk, int at) {
        return (long) LONGS.get(chunk, at);
    }
}
