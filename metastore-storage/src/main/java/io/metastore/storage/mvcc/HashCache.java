package io.metastore.storage.mvcc;

import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The hashes of the newest compactions, each over what was there before the erasing. Any thread. */
final class HashCache {
    private static final int KEPT = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, KvHash> byRevision = new TreeMap<>();

    void put(KvHash hash) {
        lock.lock();
        try {
            byRevision.put(hash.hashRevision(), hash);
            if (byRevision.size() > KEPT) {
                byRevision.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    KvHash get(long revision) {
        lock.lock();
        try {
            return byRevision.get(revision);
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            byRevision.clear();
        } finally {
            lock.unlock();
        }
    }
}
