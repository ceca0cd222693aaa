package io.metastore.storage.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes by key, bounded. Belongs to one thread, or to who holds a lock.
 *
 * <p>What is replaced and evicted all the time is what a generational collector is worst at: each new object outlives its
 * generation, and each overwritten reference has to be looked for. So there are no objects here: records lie in chunks of
 * bytes, and an open-addressed table finds them. When the chunks are full, the one that was filled longest ago is emptied of
 * the records that were not asked for since it was looked at before; who wants to keep those elsewhere is told.
 *
 * <p>A record is named by its position, which holds until the next {@link #add} or {@link #remove}.
 */
final class KeyedBytes {
    static final int NONE = -1;
    /** Longer keys are not taken. */
    static final int MAX_KEY_BYTES = 512;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    // Drawn, so that nobody can choose keys that fall together.
    private static final long SECRET = new SecureRandom().nextLong() | 1;

    private static final int MIN_CHUNKS = 8;
    private static final int MIN_CHUNK_BYTES = 2 << 10;
    private static final int MAX_CHUNK_BYTES = 1 << 20;
    /** So that all positions are numbers of an int. */
    private static final int MAX_CHUNKS = 4096;

    private static final int MAX_PARTS = 64;
    /** Room for chunks that take records of some length. */
    private static final int MIN_PART_BYTES = 256 << 10;

    private static final int MIN_TABLE = 1 << 6;
    private static final long FREE = -1;

    // A record: these, the payload, the key; padded to whole longs.
    private static final int HASH = 0;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int KEY_LENGTH = 8;
    private static final int TOUCHED = 10;
    private static final int STATE = 11;
    static final int PAYLOAD = 12;

    private static final byte GONE = 0;
    /** Kept elsewhere too, as it is. */
    private static final byte CLEAN = 1;

    private static final byte DIRTY = 2;

    /** Is told what is pushed out and kept nowhere else. */
    interface EvictionListener {
        /** The whole record, {@code size} bytes in {@code chunk} from {@code at} on, which are overwritten afterwards. */
        void evicted(int hash, byte[] chunk, int at, int size);

        /** After some of these. */
        void settle();

        EvictionListener NONE = new EvictionListener() {
            @Override
            public void evicted(int hash, byte[] chunk, int at, int size) {}

            @Override
            public void settle() {}
        };
    }

    private final EvictionListener evictions;
    private final int chunkBytes;
    private final byte[] @Nullable [] chunks;
    private final int[] ends;
    // A hash in the high half, in the low half the position of the record, counted through all chunks in longs: most of
    // what is
    // not here is seen not to be without a look at any record. The length is a power of two.
    private long[] table = emptyTable(MIN_TABLE);
    private int records;
    private int current;

    /** Takes up to {@code maxBytes}, and 16 to 32 bytes a record beside them; nothing if that is less than 16 KiB. */
    KeyedBytes(long maxBytes, EvictionListener evictions) {
        this.evictions = evictions;
        chunkBytes = (int) Math.min(Long.highestOneBit(maxBytes / MIN_CHUNKS), MAX_CHUNK_BYTES);
        chunks = new byte[chunkBytes < MIN_CHUNK_BYTES ? 0 : (int) Math.min(maxBytes / chunkBytes, MAX_CHUNKS)][];
        ends = new int[chunks.length];
    }

    /** How many of them should share {@code maxBytes}: a power of two, each large enough to take something if the sum is. */
    static int parts(long maxBytes) {
        return (int) Math.min(MAX_PARTS, Math.max(1, Long.highestOneBit(maxBytes / MIN_PART_BYTES)));
    }

    /** In which of so many parts a key belongs. */
    static int part(int hash, int count) {
        // The highest bits: the others say where it is in the part's table.
        return (hash >>> (Integer.numberOfLeadingZeros(count) + 1)) & (count - 1);
    }

    /** To be handed to {@link #find} and {@link #add} with the key. */
    static int hash(byte[] key) {
        long hash = key.length * SECRET;
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

    /** Position of the key's record, {@link #NONE} if it has none. */
    int find(byte[] key, int hash) {
        int mask = table.length - 1;
        for (int slot = hash & mask; table[slot] != FREE; slot = (slot + 1) & mask) {
            long entry = table[slot];
            if ((int) (entry >>> 32) == hash && isOf(key, chunk((int) entry), offset((int) entry))) {
                return (int) entry;
            }
        }
        return NONE;
    }

    /** Whether a record of such lengths may be added. */
    boolean takes(int keyLength, int payloadLength) {
        return keyLength <= MAX_KEY_BYTES && sizeOf(keyLength, payloadLength) <= chunkBytes / 2 && chunks.length > 0;
    }

    /** Makes a record of a key that has none, kept nowhere else, for the caller to fill; returns its position. */
    int add(byte[] key, int hash, int payloadLength) {
        int size = sizeOf(key.length, payloadLength);
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
        INTS.set(chunk, at + PAYLOAD_LENGTH, payloadLength);
        SHORTS.set(chunk, at + KEY_LENGTH, (short) key.length);
        chunk[at + TOUCHED] = 0;
        chunk[at + STATE] = DIRTY;
        System.arraycopy(key, 0, chunk, at + PAYLOAD + payloadLength, key.length);
        ends[current] += size;
        records++;
        int position = position(current, at);
        insert(table, hash, position);
        return position;
    }

    void remove(int position) {
        byte[] chunk = chunk(position);
        int at = offset(position);
        free(slotOf(intAt(chunk, at + HASH), position));
        chunk[at + STATE] = GONE;
        records--;
    }

    /** Whether the record, as it is now, is kept elsewhere too. */
    void setClean(int position, boolean clean) {
        chunk(position)[offset(position) + STATE] = clean ? CLEAN : DIRTY;
    }

    /** Array in which the payload lies from {@link #payloadAt} on, {@link #payloadLength} bytes. */
    byte[] chunk(int position) {
        byte[] chunk = chunks[position / (chunkBytes / Long.BYTES)];
        assert chunk != null : "a record in a chunk that is not there";
        return chunk;
    }

    int payloadAt(int position) {
        return offset(position) + PAYLOAD;
    }

    int payloadLength(int position) {
        return intAt(chunk(position), offset(position) + PAYLOAD_LENGTH);
    }

    /** Notes that the record was asked for: it stays when its chunk is next emptied. */
    void touch(int position) {
        setTouched(position, true);
    }

    void setTouched(int position, boolean touched) {
        chunk(position)[offset(position) + TOUCHED] = (byte) (touched ? 1 : 0);
    }

    boolean isTouched(int position) {
        return chunk(position)[offset(position) + TOUCHED] != 0;
    }

    int size() {
        return records;
    }

    /** Whether another record of such lengths would push others out. */
    boolean isFullFor(int keyLength, int payloadLength) {
        return chunks.length == 0
                || (chunkBytes - ends[current] < sizeOf(keyLength, payloadLength)
                        && chunks[(current + 1) % chunks.length] != null);
    }

    /** Whether all chunks are in use: what is added from now on pushes something out. */
    boolean isFull() {
        return chunks.length == 0 || chunks[chunks.length - 1] != null;
    }

    void clear() {
        Arrays.fill(chunks, null);
        Arrays.fill(ends, 0);
        table = emptyTable(MIN_TABLE);
        records = 0;
        current = 0;
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
            int size = sizeAt(chunk, at);
            if (chunk[at + STATE] != GONE) {
                int hash = intAt(chunk, at + HASH);
                int slot = slotOf(hash, position(current, at));
                if (chunk[at + TOUCHED] != 0 && kept + size <= chunkBytes / 2) {
                    chunk[at + TOUCHED] = 0;
                    System.arraycopy(chunk, at, chunk, kept, size);
                    table[slot] = entry(hash, position(current, kept));
                    kept += size;
                } else {
                    if (chunk[at + STATE] == DIRTY) {
                        evictions.evicted(hash, chunk, at, size);
                    }
                    free(slot);
                    records--;
                }
            }
            at += size;
        }
        ends[current] = kept;
        evictions.settle();
    }

    private int slotOf(int hash, int position) {
        int mask = table.length - 1;
        int slot = hash & mask;
        while ((int) table[slot] != position) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Moves up those behind the slot that would no longer be found across a gap. */
    private void free(int slot) {
        int mask = table.length - 1;
        int gap = slot;
        for (int next = (gap + 1) & mask; table[next] != FREE; next = (next + 1) & mask) {
            int home = (int) (table[next] >>> 32) & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
        table[gap] = FREE;
    }

    private void grow() {
        long[] larger = emptyTable(2 * table.length);
        for (long entry : table) {
            if (entry != FREE) {
                insert(larger, (int) (entry >>> 32), (int) entry);
            }
        }
        table = larger;
    }

    private static void insert(long[] target, int hash, int position) {
        int mask = target.length - 1;
        int slot = hash & mask;
        while (target[slot] != FREE) {
            slot = (slot + 1) & mask;
        }
        target[slot] = entry(hash, position);
    }

    private static long entry(int hash, int position) {
        return ((long) hash << 32) | position;
    }

    private static long mix(long bits) {
        return (bits * SECRET) ^ Math.multiplyHigh(bits, SECRET);
    }

    /** Bytes of the record that begins there. */
    static int sizeAt(byte[] chunk, int at) {
        return sizeOf(shortAt(chunk, at + KEY_LENGTH), intAt(chunk, at + PAYLOAD_LENGTH));
    }

    static int payloadLengthAt(byte[] chunk, int at) {
        return intAt(chunk, at + PAYLOAD_LENGTH);
    }

    /** Whether the record that begins there, all of it in the array, is one of that key. */
    static boolean isOf(byte[] key, byte[] chunk, int at) {
        int keyAt = at + PAYLOAD + intAt(chunk, at + PAYLOAD_LENGTH);
        return shortAt(chunk, at + KEY_LENGTH) == key.length
                && Arrays.equals(chunk, keyAt, keyAt + key.length, key, 0, key.length);
    }

    private static int sizeOf(int keyLength, int payloadLength) {
        return (PAYLOAD + payloadLength + keyLength + Long.BYTES - 1) & -Long.BYTES;
    }

    private int position(int chunk, int offset) {
        return chunk * (chunkBytes / Long.BYTES) + offset / Long.BYTES;
    }

    private int offset(int position) {
        return position % (chunkBytes / Long.BYTES) * Long.BYTES;
    }

    private static int intAt(byte[] chunk, int at) {
        return (int) INTS.get(chunk, at);
    }

    private static int shortAt(byte[] chunk, int at) {
        return (short) SHORTS.get(chunk, at);
    }

    private static long[] emptyTable(int length) {
        long[] empty = new long[length];
        Arrays.fill(empty, FREE);
        return empty;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }
}
