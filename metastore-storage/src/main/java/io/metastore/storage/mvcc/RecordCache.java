package io.metastore.storage.mvcc;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the newest versions of keys that were lately written or read, for all threads: bounded in memory, and what does not
 * stay there in a {@link SpillFile}, as far as there is one.
 *
 * <p>Exact: what it holds is what {@code kv} holds. The apply thread replaces records after each engine write; a reader that
 * has missed may add what it found only if the key was not written since before it looked ({@link #stamp}), for otherwise it
 * could bring back an old version after the new one was evicted.
 */
final class RecordCache implements AutoCloseable {
    private final History history;
    private final @Nullable SpillFile file;
    private final CachePart[] parts;
    // Of the apply thread.
    private final byte[] scratch = new byte[CachedRecord.MAX_NUMBERS_BYTES];

    /**
     * @param maxBytes of the records in memory, less than 16 KiB for none; their tables take 16 to 32 bytes a record beside it,
     *     and 12 to 24 bytes for each in the file
     * @param maxSpillBytes of the file, 0 for none
     * @param directory of the file, null for none
     * @param history where the bytes of a version are read from when only its numbers are here
     */
    RecordCache(long maxBytes, long maxSpillBytes, @Nullable Path directory, History history) {
        this.history = history;
        this.parts = new CachePart[KeyedBytes.parts(maxBytes)];
        this.file = directory == null ? null : SpillFile.open(directory, maxSpillBytes);
        long share = file == null ? 0 : file.capacity() / parts.length;
        share -= share % SpillRegion.SEGMENT_BYTES;
        for (int i = 0; i < parts.length; i++) {
            SpillRegion region =
                    file == null || share < SpillRegion.MIN_BYTES ? null : new SpillRegion(file, i * share, share);
            parts[i] = new CachePart(maxBytes / parts.length, file, region);
        }
    }

    /** The newest version with its bytes, a tombstone perhaps; null if it is not here. May read the file. */
    @Nullable
    Head get(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        return part(hash).get(key, hash, true);
    }

    /** As {@link #get}, but null too where reads of the file have lately waited for the disk: for threads that must not. */
    @Nullable
    Head getIfQuick(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        return part(hash).get(key, hash, false);
    }

    /** Apply thread: the newest version, perhaps its numbers only; null if it is not here. */
    @Nullable
    Head numbers(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        return part(hash).numbers(key, hash, history);
    }

    /** To be taken before the engine is asked for what {@link #offer} will then bring. */
    int stamp(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        return part(hash).stamp(hash);
    }

    /** Adds the record that was found in the engine, unless the key may have been written since {@code stamp}. */
    void offer(Key key, byte[] stored, int stamp) {
        int hash = KeyedBytes.hash(key.bytes());
        part(hash).offer(key.bytes(), hash, stored, stamp);
    }

    /** Apply thread, when the engine holds the new version. */
    void written(Head head) {
        int hash = KeyedBytes.hash(head.key().bytes());
        part(hash).written(head, hash, scratch);
    }

    /** Drops a deleted key whose tombstone was erased. */
    void erased(Key key) {
        int hash = KeyedBytes.hash(key.bytes());
        part(hash).erased(key.bytes(), hash);
    }

    void clear() {
        for (CachePart part : parts) {
            part.clear();
        }
    }

    /** Records in memory. */
    int size() {
        int size = 0;
        for (CachePart part : parts) {
            size += part.size();
        }
        return size;
    }

    /** Records in the file; some of them are in memory too, and newer there. */
    int spilled() {
        int spilled = 0;
        for (CachePart part : parts) {
            spilled += part.spilled();
        }
        return spilled;
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }

    private CachePart part(int hash) {
        return parts[KeyedBytes.part(hash, parts.length)];
    }
}
