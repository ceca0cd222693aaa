package io.metastore.storage.mvcc;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The records of a {@link RecordCache} whose keys' hashes fall together, with the lock that guards them. */
final class CachePart {
    /** What is longer is kept with its bytes only if it is read; of the rest the numbers are. */
    static final int MAX_WRITTEN_BYTES = 1 << 10;

    private static final int STRIPES = 1 << 6;
    /** Readers' misses that are remembered: about as many as there are records in memory. */
    private static final int MISSED = 1 << 11;

    private final ReentrantLock lock = new ReentrantLock();
    private final KeyedBytes records;
    private final @Nullable SpillFile file;
    private final @Nullable SpillRegion region;
    private final AtomicIntegerArray stamps = new AtomicIntegerArray(STRIPES);
    // Hashes of keys, one a slot.
    private final int[] missed = new int[MISSED];

    /**
     * @param maxBytes of the records in memory
     * @param share of the file, as long as both are there
     */
    CachePart(long maxBytes, @Nullable SpillFile file, @Nullable SpillRegion share) {
        this.records = new KeyedBytes(maxBytes, share == null ? KeyedBytes.EvictionListener.NONE : share);
        this.file = file;
        this.region = share;
    }

    /** The version with its bytes; null if it is not here with them, or in the file, that being slow, and we may not wait. */
    @Nullable
    Head get(Key key, int hash, boolean mayWait) {
        byte[] bytes = key.bytes();
        long spilled;
        int stamp;
        lock.lock();
        try {
            int position = records.find(bytes, hash);
            if (position != KeyedBytes.NONE) {
                records.touch(position);
                int at = records.payloadAt(position);
                byte[] chunk = records.chunk(position);
                if (CachedRecord.isNumbersOnly(chunk, at)) {
                    return null;
                }
                byte[] payload = Arrays.copyOfRange(chunk, at, at + records.payloadLength(position));
                return CachedRecord.decodeWhole(key, payload, 0, payload.length);
            }
            spilled = region == null ? SpillRegion.NONE : region.find(hash);
            stamp = stamps.get(stripe(hash));
        } finally {
            lock.unlock();
        }
        if (spilled == SpillRegion.NONE || region == null || (!mayWait && file != null && file.isSlow())) {
            return null;
        }
        byte[] record = region.read(spilled, bytes, hash);
        if (record == null || CachedRecord.isNumbersOnly(record, KeyedBytes.PAYLOAD)) {
            return null;
        }
        int end = KeyedBytes.PAYLOAD + KeyedBytes.payloadLengthAt(record, 0);
        promote(bytes, hash, record, end, stamp);
        return CachedRecord.decodeWhole(key, record, KeyedBytes.PAYLOAD, end);
    }

    /** The version, perhaps its numbers only, which {@code history} completes. */
    @Nullable
    Head numbers(Key key, int hash, History history) {
        byte[] bytes = key.bytes();
        long spilled;
        lock.lock();
        try {
            int position = records.find(bytes, hash);
            if (position != KeyedBytes.NONE) {
                int at = records.payloadAt(position);
                return CachedRecord.decodeNumbers(
                        key, records.chunk(position), at, at + records.payloadLength(position), history);
            }
            spilled = region == null ? SpillRegion.NONE : region.find(hash);
        } finally {
            lock.unlock();
        }
        byte[] record = spilled == SpillRegion.NONE || region == null ? null : region.read(spilled, bytes, hash);
        if (record == null) {
            return null;
        }
        int end = KeyedBytes.PAYLOAD + KeyedBytes.payloadLengthAt(record, 0);
        return CachedRecord.isNumbersOnly(record, KeyedBytes.PAYLOAD)
                ? CachedRecord.decodeNumbers(key, record, KeyedBytes.PAYLOAD, end, history)
                : CachedRecord.decodeWhole(key, record, KeyedBytes.PAYLOAD, end);
    }

    int stamp(int hash) {
        return stamps.get(stripe(hash));
    }

    /** Adds what was found in the engine, unless the key may have been written since the stamp was taken. */
    void offer(byte[] key, int hash, byte[] stored, int stamp) {
        lock.lock();
        try {
            if (stamps.get(stripe(hash)) != stamp || !records.takes(key.length, stored.length)) {
                return;
            }
            int position = records.find(key, hash);
            if (position != KeyedBytes.NONE
                    && !CachedRecord.isNumbersOnly(records.chunk(position), records.payloadAt(position))) {
                return;
            }
            boolean goesOn = region != null && stored.length <= MAX_WRITTEN_BYTES;
            if (!goesOn && !isLetIn(key, hash, stored.length)) {
                return;
            }
            if (position != KeyedBytes.NONE) {
                records.remove(position);
            }
            add(key, hash, stored, 0, stored.length);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Replaces the key's record by the new version, which the engine holds.
     *
     * @param scratch of {@link CachedRecord#MAX_NUMBERS_BYTES}
     */
    void written(Head head, int hash, byte[] scratch) {
        // Before the lock: a reader that adds an older version meanwhile does so before we look, or not at all.
        stamps.incrementAndGet(stripe(hash));
        byte[] key = head.key().bytes();
        lock.lock();
        try {
            int position = records.find(key, hash);
            int headerLength = head.record().encodeHeader(scratch);
            int length = headerLength + head.keyValueLength();
            boolean isSmall = length <= MAX_WRITTEN_BYTES;
            boolean isWhole = isSmall || (isKeptWhole(position) && records.takes(key.length, length));
            if (!isWhole) {
                length = CachedRecord.encodeNumbers(head, scratch);
                headerLength = length;
            }
            boolean isNew = position == KeyedBytes.NONE;
            if (isNew || records.payloadLength(position) != length) {
                if (!isNew) {
                    records.remove(position);
                }
                if (!records.takes(key.length, length)) {
                    if (region != null) {
                        region.remove(hash);
                    }
                    return;
                }
                position = records.add(key, hash, length);
            }
            byte[] chunk = records.chunk(position);
            int at = records.payloadAt(position);
            System.arraycopy(scratch, 0, chunk, at, headerLength);
            if (isWhole) {
                System.arraycopy(head.buffer(), head.offset(), chunk, at + headerLength, head.keyValueLength());
            }
            records.setClean(position, false);
            records.setTouched(position, isSmall && !isNew);
        } finally {
            lock.unlock();
        }
    }

    /** Drops a deleted key whose tombstone was erased. */
    void erased(byte[] key, int hash) {
        lock.lock();
        try {
            int position = records.find(key, hash);
            if (position == KeyedBytes.NONE) {
                if (region != null) {
                    region.remove(hash);
                }
            } else if (Entry.kindOf(records.chunk(position)[records.payloadAt(position)]) == Entry.Kind.TOMBSTONE) {
                records.remove(position);
                if (region != null) {
                    region.remove(hash);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        for (int i = 0; i < STRIPES; i++) {
            stamps.incrementAndGet(i);
        }
        lock.lock();
        try {
            records.clear();
            if (region != null) {
                region.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return records.size();
        } finally {
            lock.unlock();
        }
    }

    int spilled() {
        lock.lock();
        try {
            return region == null ? 0 : region.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a copy of what is in the file, if it is asked for again and again. */
    private void promote(byte[] key, int hash, byte[] record, int end, int stamp) {
        // Without the lock, so perhaps wrong: then it is the next time.
        if (records.isFull() && !isMissedAgain(hash)) {
            return;
        }
        lock.lock();
        try {
            int length = end - KeyedBytes.PAYLOAD;
            if (stamps.get(stripe(hash)) == stamp
                    && records.takes(key.length, length)
                    && records.find(key, hash) == KeyedBytes.NONE) {
                int position = add(key, hash, record, KeyedBytes.PAYLOAD, end);
                records.setClean(position, true);
            }
        } finally {
            lock.unlock();
        }
    }

    private int add(byte[] key, int hash, byte[] source, int from, int to) {
        int position = records.add(key, hash, to - from);
        System.arraycopy(source, from, records.chunk(position), records.payloadAt(position), to - from);
        return position;
    }

    private boolean isKeptWhole(int position) {
        return position != KeyedBytes.NONE
                && records.isTouched(position)
                && !CachedRecord.isNumbersOnly(records.chunk(position), records.payloadAt(position));
    }

    /**
     * When memory is full, a key is let in when it is missed a second time: else reads all over a large key space would only
     * push out one another.
     */
    private boolean isLetIn(byte[] key, int hash, int payloadLength) {
        return !records.isFullFor(key.length, payloadLength) || isMissedAgain(hash);
    }

    private boolean isMissedAgain(int hash) {
        int slot = hash & (MISSED - 1);
        boolean lately = missed[slot] == hash;
        missed[slot] = hash;
        return lately;
    }

    private static int stripe(int hash) {
        return (hash >>> 8) & (STRIPES - 1);
    }
}
