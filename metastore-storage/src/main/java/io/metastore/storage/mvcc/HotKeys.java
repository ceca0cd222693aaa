package io.metastore.storage.mvcc;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A heap cache of the newest version of the keys that are read, bounded in bytes. What is only written is not here: see
 * {@link VersionCache}.
 *
 * <p>Exact: what it holds is what {@code kv} holds. The apply thread replaces entries after each engine write; a reader that
 * has missed may add what it found only if the key's stripe was not written since before it looked ({@link #stamp}), for
 * otherwise it could bring back an old version after the new one was evicted. Entries are evicted by a clock: those asked
 * for since it last came by get a second chance. When it is full, a key is let in when it is missed a second time: else
 * reads all over a large key space would only make garbage of one another.
 */
final class HotKeys {
    private static final int STRIPES = 1 << 12;
    /** Readers' misses that are remembered: about as many as there are entries. */
    private static final int MISSED = 1 << 17;
    /** Objects and table slot of an entry, beside the key's bytes and the KeyValue. */
    private static final int ENTRY_BYTES = 232;
    /** Bytes above this stay in the engine's cache: one large value must not push out thousands of keys. */
    private static final int MAX_VALUE_BYTES = 64 << 10;

    private final long maxBytes;
    private final ConcurrentHashMap<Key, Head> heads = new ConcurrentHashMap<>();
    // Hashes of keys, one a slot. Written without order: it only says who is let in.
    private final int[] missed = new int[MISSED];
    private final AtomicIntegerArray stamps = new AtomicIntegerArray(STRIPES);
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock evicting = new ReentrantLock();
    // Guarded by evicting.
    private @Nullable Iterator<Map.Entry<Key, Head>> clock;

    HotKeys(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Nullable
    Head get(Key key) {
        Head head = heads.get(key);
        if (head != null) {
            head.touch();
        }
        return head;
    }

    /** To be taken before the engine is asked for what {@link #offer} will then bring. */
    int stamp(Key key) {
        return stamps.get(stripe(key));
    }

    /** Adds what a reader found in the engine, unless the key may have been written since {@code stamp}. */
    void offer(Head found, int stamp) {
        if (maxBytes == 0 || found.keyValueLength() > MAX_VALUE_BYTES) {
            return;
        }
        if (bytes.get() + sizeOf(found) > maxBytes && !missedLately(found.key())) {
            return;
        }
        heads.compute(found.key(), (key, present) -> {
            if (stamp(key) != stamp || present != null) {
                return present;
            }
            account(null, found);
            return found;
        });
        evict();
    }

    /** Apply thread, when the engine holds the new version. It is kept if the one before it was read. */
    void written(Head head) {
        stamps.incrementAndGet(stripe(head.key()));
        // Not get and put: a reader may be about to add an older version, having seen the stamp of before.
        heads.computeIfPresent(head.key(), (key, present) -> {
            Head kept = present.isTouched() && head.keyValueLength() <= MAX_VALUE_BYTES ? head : null;
            account(present, kept);
            return kept;
        });
    }

    /** Drops a deleted key whose tombstone was erased. */
    void erased(Key key) {
        Head head = heads.get(key);
        if (head != null && head.isTombstone() && heads.remove(key, head)) {
            account(head, null);
        }
    }

    void clear() {
        for (int i = 0; i < STRIPES; i++) {
            stamps.incrementAndGet(i);
        }
        heads.clear();
        bytes.set(0);
    }

    /** Brings the cache back below its bound; cheap when it is. */
    void evict() {
        while (bytes.get() > maxBytes && evicting.tryLock()) {
            try {
                if (clock == null || !clock.hasNext()) {
                    clock = heads.entrySet().iterator();
                    if (!clock.hasNext()) {
                        return;
                    }
                }
                passBy(clock.next());
            } finally {
                evicting.unlock();
            }
        }
    }

    long bytes() {
        return bytes.get();
    }

    /** Whether a reader missed the key not long ago; it did now. */
    private boolean missedLately(Key key) {
        int hash = key.hashCode();
        int slot = (hash ^ (hash >>> 16)) & (missed.length - 1);
        boolean lately = missed[slot] == hash;
        missed[slot] = hash;
        return lately;
    }

    private void passBy(Map.Entry<Key, Head> entry) {
        Head head = entry.getValue();
        if (head.isTouched()) {
            head.untouch();
        } else if (heads.remove(entry.getKey(), head)) {
            account(head, null);
        }
    }

    private void account(@Nullable Head before, @Nullable Head after) {
        bytes.addAndGet(sizeOf(after) - sizeOf(before));
    }

    private static long sizeOf(@Nullable Head head) {
        return head == null ? 0 : ENTRY_BYTES + head.key().length() + head.keyValueLength();
    }

    private static int stripe(Key key) {
        int hash = key.hashCode();
        return (hash ^ (hash >>> 16)) & (STRIPES - 1);
    }
}
