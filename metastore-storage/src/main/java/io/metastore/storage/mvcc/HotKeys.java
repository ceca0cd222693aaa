package io.metastore.storage.mvcc;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the newest records of the keys that are read, as {@code kv} stores them, bounded in bytes, for all threads. What
 * is only written is not here: see {@link VersionCache}.
 *
 * <p>Exact: what it holds is what {@code kv} holds. The apply thread replaces records after each engine write; a reader that
 * has missed may add what it found only if the key's stripe was not written since before it looked ({@link #stamp}), for
 * otherwise it could bring back an old version after the new one was evicted. When it is full, a key is let in when it is
 * missed a second time: else reads all over a large key space would only push out one another.
 */
final class HotKeys {
    private static final int STRIPES = 1 << 12;
    /** Readers' misses that are remembered: about as many as there are records. */
    private static final int MISSED = 1 << 17;

    private final Part[] parts;
    // Hashes of keys, one a slot. Written without order: it only says who is let in.
    private final int[] missed = new int[MISSED];
    private final AtomicIntegerArray stamps = new AtomicIntegerArray(STRIPES);
    // Of the apply thread.
    private final byte[] scratch = new byte[Entry.MAX_HEADER_BYTES];

    /** @param maxBytes of the records, less than 16 KiB for none; their tables take 8 to 16 bytes a record beside it */
    HotKeys(long maxBytes) {
        parts = Arrays.stream(KeyedBytes.parts(maxBytes)).map(Part::new).toArray(Part[]::new);
    }

    /** The newest version with its bytes, a tombstone perhaps; null if it is not here. */
    @Nullable
    Head get(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        byte[] stored = part(hash).get(key.bytes(), hash);
        return stored == null ? null : CurrentKeys.decode(key, stored);
    }

    /** To be taken before the engine is asked for what {@link #offer} will then bring. */
    int stamp(Key key) {
        return stamps.get(stripe(KeyedBytes.hash(key.bytes())));
    }

    /** Adds the record that a reader found in the engine, unless the key may have been written since {@code stamp}. */
    void offer(Key key, byte[] stored, int stamp) {
        byte[] bytes = key.bytes();
        int hash = KeyedBytes.hash(bytes);
        Part part = part(hash);
        part.lock.lock();
        try {
            KeyedBytes records = part.records;
            if (stamps.get(stripe(hash)) != stamp
                    || !records.takes(bytes.length, stored.length)
                    || (records.isFullFor(bytes.length, stored.length) && !missedLately(hash))
                    || records.find(bytes, hash) != KeyedBytes.NONE) {
                return;
            }
            part.add(bytes, hash, stored);
        } finally {
            part.lock.unlock();
        }
    }

    /** Apply thread, when the engine holds the new version. It is kept if the one before it was read. */
    void written(Head head) {
        byte[] key = head.key().bytes();
        int hash = KeyedBytes.hash(key);
        // Before the lock: a reader that adds an older version meanwhile does so before we look, or not at all.
        stamps.incrementAndGet(stripe(hash));
        Part part = part(hash);
        part.lock.lock();
        try {
            part.replace(key, hash, head, scratch);
        } finally {
            part.lock.unlock();
        }
    }

    /** Drops a deleted key whose tombstone was erased. */
    void erased(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        Part part = part(hash);
        part.lock.lock();
        try {
            int position = part.records.find(key.bytes(), hash);
            if (position != KeyedBytes.NONE
                    && Entry.kindOf(part.records.chunk(position)[part.records.payloadAt(position)])
                            == Entry.Kind.TOMBSTONE) {
                part.records.remove(position);
            }
        } finally {
            part.lock.unlock();
        }
    }

    void clear() {
        for (int i = 0; i < STRIPES; i++) {
            stamps.incrementAndGet(i);
        }
        for (Part part : parts) {
            part.lock.lock();
            try {
                part.records.clear();
            } finally {
                part.lock.unlock();
            }
        }
    }

    int size() {
        int size = 0;
        for (Part part : parts) {
            part.lock.lock();
            try {
                size += part.records.size();
            } finally {
                part.lock.unlock();
            }
        }
        return size;
    }

    /** Whether a reader missed the key not long ago; it did now. */
    private boolean missedLately(int hash) {
        int slot = hash & (missed.length - 1);
        boolean lately = missed[slot] == hash;
        missed[slot] = hash;
        return lately;
    }

    private Part part(int hash) {
        return parts[KeyedBytes.part(hash, parts.length)];
    }

    private static int stripe(int hash) {
        return (hash >>> 8) & (STRIPES - 1);
    }

    /** Some of the records, with the lock that guards them. */
    private static final class Part {
        final ReentrantLock lock = new ReentrantLock();
        final KeyedBytes records;

        Part(KeyedBytes records) {
            this.records = records;
        }

        byte @Nullable [] get(byte[] key, int hash) {
            lock.lock();
            try {
                int position = records.find(key, hash);
                if (position == KeyedBytes.NONE) {
                    return null;
                }
                records.touch(position);
                int at = records.payloadAt(position);
                return Arrays.copyOfRange(records.chunk(position), at, at + records.payloadLength(position));
            } finally {
                lock.unlock();
            }
        }

        /** Puts the new version in the place of a record that was asked for, and else drops the record. */
        void replace(byte[] key, int hash, Head head, byte[] scratch) {
            int position = records.find(key, hash);
            if (position == KeyedBytes.NONE) {
                return;
            }
            if (!records.isTouched(position)) {
                records.remove(position);
                return;
            }
            int headerLength = head.record().encodeHeader(scratch);
            int length = headerLength + head.keyValueLength();
            if (records.payloadLength(position) == length) {
                records.untouch(position);
            } else {
                records.remove(position);
                if (!records.takes(key.length, length)) {
                    return;
                }
                position = records.add(key, hash, length);
            }
            byte[] chunk = records.chunk(position);
            int at = records.payloadAt(position);
            System.arraycopy(scratch, 0, chunk, at, headerLength);
            System.arraycopy(head.buffer(), head.offset(), chunk, at + headerLength, head.keyValueLength());
        }

        void add(byte[] key, int hash, byte[] stored) {
            int position = records.add(key, hash, stored.length);
            System.arraycopy(stored, 0, records.chunk(position), records.payloadAt(position), stored.length);
        }
    }
}
