package io.metastore.storage.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the newest version of keys that were lately written: what a put has to know of the version before it.
 * Bounded in bytes, exact, owned by the apply thread.
 *
 * <p>A hundred thousand keys that are overwritten all the time are what a generational collector is worst at: each new
 * object outlives its generation, and each overwritten reference has to be looked for. So there are no objects here: records
 * lie in chunks of bytes, an open-addressed table finds them, and an update of a key changes its record in place. When the
 * chunks are full, the oldest is emptied of the records that were not asked for since it was looked at before.
 */
final class VersionCache {
    /** Longer keys are left to the engine. */
    static final int MAX_KEY_BYTES = 512;

    private static final int MIN_CHUNKS = 8;
    private static final int MIN_CHUNK_BYTES = 2 << 10;
    private static final int MAX_CHUNK_BYTES = 1 << 20;
    /** So that all positions are numbers of an int. */
    private static final int MAX_CHUNKS = 4096;

    private static final int MIN_TABLE = 1 << 10;
    private static final int FREE = -1;

    // A record: these, then the key, padded to whole longs.
    private static final int HASH = 0;
    private static final int KEY_LENGTH = 4;
    private static final int FLAGS = 6;
    private static final int TOUCHED = 7;
    private static final int MAIN = 8;
    private static final int CREATE_REVISION = 16;
    private static final int VERSION = 24;
    private static final int LEASE = 32;
    private static final int SUPERSEDED_MAIN = 40;
    private static final int SUB = 48;
    private static final int SUPERSEDED_SUB = 52;
    private static final int SUPERSEDED_BYTES = 56;
    private static final int KEY_VALUE_BYTES = 60;
    private static final int KEY = 64;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private final History history;
    private final int chunkBytes;
    private final byte[] @Nullable [] chunks;
    private final int[] ends;
    // Drawn, so that nobody can choose keys that fall together.
    private final long secret = new SecureRandom().nextLong() | 1;
    // Positions of records, counted through all chunks in longs; the length is a power of two.
    private int[] table = emptyTable(MIN_TABLE);
    private int records;
    private int current;

    /**
     * @param maxBytes of the records, less than 16 KiB for none; the table takes 8 to 16 bytes a record beside it
     * @param history where the bytes of a version are read from when they are wanted
     */
    VersionCache(long maxBytes, History history) {
        this.history = history;
        this.chunkBytes = (int) Math.min(Long.highestOneBit(maxBytes / MIN_CHUNKS), MAX_CHUNK_BYTES);
        this.chunks = new byte[chunkBytes < MIN_CHUNK_BYTES ? 0 : (int) Math.min(maxBytes / chunkBytes, MAX_CHUNKS)][];
        this.ends = new int[chunks.length];
    }

    /** The newest version of the key, its numbers alone; null if it is not here. */
    @Nullable
    Head get(Key key) {
        byte[] bytes = key.bytes();
        int slot = find(bytes, hash(bytes));
        if (slot < 0) {
            return null;
        }
        byte[] chunk = chunk(table[slot]);
        int at = offset(table[slot]);
        chunk[at + TOUCHED] = 1;
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
        if (chunks.length == 0 || key.length > MAX_KEY_BYTES) {
            return;
        }
        int hash = hash(key);
        int slot = find(key, hash);
        if (slot < 0) {
            slot = append(key, hash);
        }
        byte[] chunk = chunk(table[slot]);
        int at = offset(table[slot]);
        Entry record = head.record();
        chunk[at + FLAGS] = record.flags();
        LONGS.set(chunk, at + MAIN, record.main());
        LONGS.set(chunk, at + CREATE_REVISION, head.createRevision());
        LONGS.set(chunk, at + VERSION, head.version());
        LONGS.set(chunk, at + LEASE, head.lease());
        LONGS.set(chunk, at + SUPERSEDED_MAIN, record.supersededMain());
        INTS.set(chunk, at + SUB, Math.toIntExact(record.sub()));
        INTS.set(chunk, at + SUPERSEDED_SUB, Math.toIntExact(record.supersededSub()));
        INTS.set(chunk, at + SUPERSEDED_BYTES, record.supersededBytes());
        INTS.set(chunk, at + KEY_VALUE_BYTES, record.keyValueBytes());
    }

    int size() {
        return records;
    }

    void clear() {
        Arrays.fill(chunks, null);
        Arrays.fill(ends, 0);
        table = emptyTable(MIN_TABLE);
        records = 0;
        current = 0;
    }

    /** Makes a record of the key without its numbers; returns its slot. */
    private int append(byte[] key, int hash) {
        int size = sizeOf(key.length);
        while (chunkBytes - ends[current] < size) {
            nextChunk();
        }
        if (2 * (records + 1) > table.length) {
            grow();
        }
        byte[] chunk = chunks[current];
        if (chunk == null) {
            chunk = new byte[chunkBytes];
            chunks[current] = chunk;
        }
        int at = ends[current];
        INTS.set(chunk, at + HASH, hash);
        SHORTS.set(chunk, at + KEY_LENGTH, (short) key.length);
        chunk[at + TOUCHED] = 0;
        System.arraycopy(key, 0, chunk, at + KEY, key.length);
        ends[current] += size;
        records++;
        return insert(table, hash, position(current, at));
    }

    /** Goes on to the chunk that was filled longest ago, and keeps at most half of it: what was asked for. */
    private void nextChunk() {
        current = (current + 1) % chunks.length;
        byte[] chunk = chunks[current];
        if (chunk == null) {
            return;
        }
        int end = ends[current];
        int kept = 0;
        for (int at = 0; at < end; ) {
            int size = sizeOf((short) SHORTS.get(chunk, at + KEY_LENGTH));
            int slot = slotOf(intAt(chunk, at + HASH), position(current, at));
            if (chunk[at + TOUCHED] != 0 && kept + size <= chunkBytes / 2) {
                chunk[at + TOUCHED] = 0;
                System.arraycopy(chunk, at, chunk, kept, size);
                table[slot] = position(current, kept);
                kept += size;
            } else {
                free(slot);
                records--;
            }
            at += size;
        }
        ends[current] = kept;
    }

    /** Slot of the key, negative if it has none. */
    private int find(byte[] key, int hash) {
        int mask = table.length - 1;
        for (int slot = hash & mask; table[slot] != FREE; slot = (slot + 1) & mask) {
            byte[] chunk = chunk(table[slot]);
            int at = offset(table[slot]);
            if (intAt(chunk, at + HASH) == hash
                    && (short) SHORTS.get(chunk, at + KEY_LENGTH) == key.length
                    && Arrays.equals(chunk, at + KEY, at + KEY + key.length, key, 0, key.length)) {
                return slot;
            }
        }
        return -1;
    }

    private int slotOf(int hash, int position) {
        int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != position) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Moves up those behind the slot that would no longer be found across a gap. */
    private void free(int slot) {
        int mask = table.length - 1;
        int gap = slot;
        for (int next = (gap + 1) & mask; table[next] != FREE; next = (next + 1) & mask) {
            int home = intAt(chunk(table[next]), offset(table[next]) + HASH) & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
        table[gap] = FREE;
    }

    private void grow() {
        int[] larger = emptyTable(2 * table.length);
        for (int position : table) {
            if (position != FREE) {
                insert(larger, intAt(chunk(position), offset(position) + HASH), position);
            }
        }
        table = larger;
    }

    private static int insert(int[] target, int hash, int position) {
        int mask = target.length - 1;
        int slot = hash & mask;
        while (target[slot] != FREE) {
            slot = (slot + 1) & mask;
        }
        target[slot] = position;
        return slot;
    }

    private int hash(byte[] key) {
        long hash = key.length * secret;
        int at = 0;
        for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(key, at));
        }
        long rest = 0;
        for (; at < key.length; at++) {
            rest = (rest << 8) | (key[at] & 0xff);
        }
        hash = mix(hash ^ rest);
        return (int) (hash ^ (hash >>> 32));
    }

    private long mix(long bits) {
        long low = bits * secret;
        return low ^ Math.multiplyHigh(bits, secret);
    }

    private static int sizeOf(int keyLength) {
        return (KEY + keyLength + Long.BYTES - 1) & -Long.BYTES;
    }

    private int position(int chunk, int offset) {
        return chunk * (chunkBytes / Long.BYTES) + offset / Long.BYTES;
    }

    private byte[] chunk(int position) {
        byte[] chunk = chunks[position / (chunkBytes / Long.BYTES)];
        assert chunk != null : "a record in a chunk that is not there";
        return chunk;
    }

    private int offset(int position) {
        return position % (chunkBytes / Long.BYTES) * Long.BYTES;
    }

    private static int intAt(byte[] chunk, int at) {
        return (int) INTS.get(chunk, at);
    }

    private static long longAt(byte[] chunk, int at) {
        return (long) LONGS.get(chunk, at);
    }

    private static int[] emptyTable(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, FREE);
        return empty;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }
}
