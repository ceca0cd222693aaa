package io.metastore.storage.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A part's share of the {@link SpillFile}, and where each record lies in it. Records are appended to segments; when all are full,
 * the one that was filled longest ago is forgotten and overwritten.
 *
 * <p>A record is known by its key's hash alone: of two keys with the same hash only the one that came last is here. It is as
 * {@link KeyedBytes} has it, with the checksum of all that follows mixed into the hash that it begins with: what the disk has
 * changed is not found, and the engine is asked.
 *
 * <p>Belongs to who holds the part's lock, but for {@link #read}, which must not hold it: a read may wait for the disk.
 */
final class SpillRegion implements KeyedBytes.EvictionListener {
    static final int SEGMENT_BYTES = 256 << 10;
    /** Of a share that is worth having. */
    static final int MIN_BYTES = 2 * SEGMENT_BYTES;
    /** Longer records are not taken. */
    static final int MAX_RECORD_BYTES = 4 << 10;

    static final long NONE = -1;

    /** Most records are read with one call. */
    private static final int READ_BYTES = 512;

    private static final int WRITE_BYTES = 32 << 10;
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int MIN_TABLE = 1 << 6;
    private static final int UNITS = SEGMENT_BYTES / Long.BYTES;

    private final SpillFile file;
    private final long start;
    private final int[] ends;
    // How often a segment was given to other records.
    private final AtomicIntegerArray laps;
    // A hash in the high half, where its record lies, in longs from the start, in the low half.
    private long[] table = emptyTable(MIN_TABLE);
    private int records;
    private int current;
    // What was evicted and is not in the file yet: it follows on the end of the current segment.
    private final byte[] evicted = new byte[WRITE_BYTES];
    private int evictedBytes;

    /**
     * @param start of the share in the file, bytes
     * @param bytes of the share, {@link #MIN_BYTES} at least
     */
    SpillRegion(SpillFile file, long start, long bytes) {
        this.file = file;
        this.start = start;
        this.ends = new int[Math.toIntExact(bytes / SEGMENT_BYTES)];
        this.laps = new AtomicIntegerArray(ends.length);
    }

    /** Where the record of such a key lies, to be handed to {@link #read}; {@link #NONE} if it is not here. */
    long find(int hash) {
        int slot = slotOf(hash);
        if (table[slot] == NONE) {
            return NONE;
        }
        int position = (int) table[slot];
        return ((long) laps.get(position / UNITS) << 32) | position;
    }

    /** The record that was found, if it is one of the key and was not overwritten meanwhile. Any thread, without the lock. */
    byte @Nullable [] read(long found, byte[] key, int hash) {
        int position = (int) found;
        long at = start + (long) position * Long.BYTES;
        byte[] record = new byte[READ_BYTES];
        int read = file.read(record, 0, READ_BYTES, at);
        if (read < KeyedBytes.PAYLOAD) {
            return null;
        }
        int size = KeyedBytes.sizeAt(record, 0);
        if (size > read && size <= MAX_RECORD_BYTES) {
            record = Arrays.copyOf(record, size);
            read += Math.max(0, file.read(record, read, size, at + read));
        }
        boolean isWhole = size >= KeyedBytes.PAYLOAD
                && size <= read
                && (int) INTS.get(record, 0) == (hash ^ checksum(record, 0, size))
                && KeyedBytes.isOf(key, record, 0);
        return isWhole && laps.get(position / UNITS) == (int) (found >>> 32) ? record : null;
    }

    /** Forgets the record of keys with such a hash. */
    void remove(int hash) {
        int slot = slotOf(hash);
        if (table[slot] != NONE) {
            free(slot);
        }
    }

    @Override
    public void evicted(int hash, byte[] chunk, int at, int size) {
        if (size > MAX_RECORD_BYTES) {
            remove(hash);
            return;
        }
        if (ends[current] + evictedBytes + size > SEGMENT_BYTES || evictedBytes + size > evicted.length) {
            settle();
        }
        if (ends[current] + size > SEGMENT_BYTES) {
            nextSegment();
        }
        System.arraycopy(chunk, at, evicted, evictedBytes, size);
        INTS.set(evicted, evictedBytes, hash ^ checksum(evicted, evictedBytes, size));
        put(hash, current * UNITS + (ends[current] + evictedBytes) / Long.BYTES);
        evictedBytes += size;
    }

    @Override
    public void settle() {
        if (evictedBytes == 0) {
            return;
        }
        if (file.write(evicted, evictedBytes, start + (long) current * SEGMENT_BYTES + ends[current])) {
            ends[current] += evictedBytes;
            evictedBytes = 0;
        } else {
            clear();
        }
    }

    void clear() {
        for (int segment = 0; segment < ends.length; segment++) {
            laps.incrementAndGet(segment);
        }
        Arrays.fill(ends, 0);
        table = emptyTable(MIN_TABLE);
        records = 0;
        current = 0;
        evictedBytes = 0;
    }

    int size() {
        return records;
    }

    private void nextSegment() {
        current = (current + 1) % ends.length;
        int end = ends[current];
        if (end == 0) {
            return;
        }
        ends[current] = 0;
        byte[] old = new byte[end];
        if (file.read(old, 0, end, start + (long) current * SEGMENT_BYTES) < end) {
            clear();
            return;
        }
        int at = 0;
        while (at < end) {
            int size = KeyedBytes.sizeAt(old, at);
            if (size < KeyedBytes.PAYLOAD || at + size > end) {
                clear(); // damaged
                return;
            }
            int slot = slotOf((int) INTS.get(old, at) ^ checksum(old, at, size));
            if (table[slot] != NONE && (int) table[slot] == current * UNITS + at / Long.BYTES) {
                free(slot);
            }
            at += size;
        }
        // Before anything is written here: who reads it meanwhile finds the lap over afterwards.
        laps.incrementAndGet(current);
    }

    private void put(int hash, int position) {
        int slot = slotOf(hash);
        if (table[slot] == NONE && 3 * (records + 1) > 2 * table.length) {
            grow();
            slot = slotOf(hash);
        }
        if (table[slot] == NONE) {
            records++;
        }
        table[slot] = ((long) hash << 32) | position;
    }

    /** Where the hash is, or would be put. */
    private int slotOf(int hash) {
        int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != NONE && (int) (table[slot] >>> 32) != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Moves up those behind the slot that would no longer be found across a gap. */
    private void free(int slot) {
        int mask = table.length - 1;
        int gap = slot;
        for (int next = (gap + 1) & mask; table[next] != NONE; next = (next + 1) & mask) {
            int home = (int) (table[next] >>> 32) & mask;
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
        table[gap] = NONE;
        records--;
    }

    private void grow() {
        long[] smaller = table;
        table = emptyTable(2 * smaller.length);
        for (long entry : smaller) {
            if (entry != NONE) {
                table[slotOf((int) (entry >>> 32))] = entry;
            }
        }
    }

    private static int checksum(byte[] bytes, int at, int size) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at + Integer.BYTES, size - Integer.BYTES);
        return (int) crc.getValue();
    }

    private static long[] emptyTable(int length) {
        long[] empty = new long[length];
        Arrays.fill(empty, NONE);
        return empty;
    }
}
