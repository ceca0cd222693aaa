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
 * the records that were not asked for since it was looked at before.
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

    // A record: these, the payload, the key; padded to whole longs.
    private static final int HASH = 0;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int KEY_LENGTH = 8;
    private static final int TOUCHED = 10;
    private static final int LIVE = 11;
    private static final int PAYLOAD = 12;

    private final int chunkBytes;
    private final byte[] @Nullable [] chunks;
    private final int[] ends;
    // Positions of records, counted through all chunks in longs; the length is a power of two.
    private int[] table = emptyTable(MIN_TABLE);
    private int records;
    private int current;

    /** Takes up to {@code maxBytes}, and 8 to 16 bytes a record beside them; nothing if that is less than 16 KiB. */
    KeyedBytes(long maxBytes) {
        chunkBytes = (int) Math.min(Long.highestOneBit(maxBytes / MIN_CHUNKS), MAX_CHUNK_BYTES);
        chunks = new byte[chunkBytes < MIN_CHUNK_BYTES ? 0 : (int) Math.min(maxBytes / chunkBytes, MAX_CHUNKS)][];
        ends = new int[chunks.length];
    }

    /** Several for {@code maxBytes} together: a power of two, each large enough to take something if the sum is. */
    static KeyedBytes[] parts(long maxBytes) {
        long count = Math.min(MAX_PARTS, Math.max(1, Long.highestOneBit(maxBytes / MIN_PART_BYTES)));
        KeyedBytes[] parts = new KeyedBytes[(int) count];
        Arrays.setAll(parts, part -> new KeyedBytes(maxBytes / count));
        return parts;
    }

    /** In which of so many parts a key belongs. */
    static int part(int hash, int count) {
        // The high bits: the low ones say where it is in the part's table.
        return (hash >>> 16) & (count - 1);
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
        for (int slot = hash & mask; table[slot] != NONE; slot = (slot + 1) & mask) {
            int position = table[slot];
            byte[] chunk = chunk(position);
            int at = offset(position);
            if (intAt(chunk, at + HASH) == hash && shortAt(chunk, at + KEY_LENGTH) == key.length) {
                int keyAt = at + PAYLOAD + intAt(chunk, at + PAYLOAD_LENGTH);
                if (Arrays.equals(chunk, keyAt, keyAt + key.length, key, 0, key.length)) {
                    return position;
                }
            }
        }
        return NONE;
    }

    /** Whether a record of such lengths may be added. */
    boolean takes(int keyLength, int payloadLength) {
        return keyLength <= MAX_KEY_BYTES && sizeOf(keyLength, payloadLength) <= chunkBytes / 2 && chunks.length > 0;
    }

    /** Makes a record of a key that has none, for the caller to fill; returns its position. */
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
        chunk[at + LIVE] = 1;
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
        chunk[at + LIVE] = 0;
        records--;
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
        chunk(position)[offset(position) + TOUCHED] = 1;
    }

    void untouch(int position) {
        chunk(position)[offset(position) + TOUCHED] = 0;
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
            int size = sizeOf(shortAt(chunk, at + KEY_LENGTH), intAt(chunk, at + PAYLOAD_LENGTH));
            if (chunk[at + LIVE] != 0) {
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
            }
            at += size;
        }
        ends[current] = kept;
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
        for (int next = (gap + 1) & mask; table[next] != NONE; next = (next + 1) & mask) {
            int home = hashOf(table[next]) & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
        table[gap] = NONE;
    }

    private void grow() {
        int[] larger = emptyTable(2 * table.length);
        for (int position : table) {
            if (position != NONE) {
                insert(larger, hashOf(position), position);
            }
        }
        table = larger;
    }

    private static void insert(int[] target, int hash, int position) {
        int mask = target.length - 1;
        int slot = hash & mask;
        while (target[slot] != NONE) {
            slot = (slot + 1) & mask;
        }
        target[slot] = position;
    }

    private int hashOf(int position) {
        return intAt(chunk(position), offset(position) + HASH);
    }

    private static long mix(long bits) {
        return (bits * SECRET) ^ Math.multiplyHigh(bits, SECRET);
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

    private static int[] emptyTable(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, NONE);
        return empty;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }
}
