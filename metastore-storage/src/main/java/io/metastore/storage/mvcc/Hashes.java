package io.metastore.storage.mvcc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hashes of revisions: made when asked for, but for those of the newest compactions, which are of what was there before the
 * erasing and are kept. Any thread.
 */
final class Hashes {
    private static final int KEPT = 10;

    private final MvccStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, KvHash> byRevision = new TreeMap<>();

    Hashes(MvccStore store) {
        this.store = store;
    }

    /**
     * The kept one, whatever is compacted by now; else one made of what is stored.
     *
     * @param revision 0 for the current one, of which none is kept
     */
    KvHash hashKv(long revision) {
        KvHash kept = kept(revision);
        if (kept != null) {
            return kept;
        }
        while (true) {
            long current = store.currentRevision();
            long compacted = store.compactedRevision();
            long at = revision == 0 ? current : revision;
            if (at > 0 && at < compacted) {
                throw new EtcdException(EtcdError.COMPACTED);
            }
            if (at > current) {
                throw new EtcdException(EtcdError.FUTURE_REVISION);
            }
            int hash = new KvHasher(store, compacted, at).hashLive();
            if (store.compactedRevision() == compacted) {
                return new KvHash(hash, compacted, at);
            }
        }
    }

    /** Of the current state, all replicated buckets. */
    int hashState() {
        while (true) {
            long compacted = store.compactedRevision();
            int hash = new KvHasher(store, compacted, store.currentRevision()).hashState(store.engine());
            if (store.compactedRevision() == compacted) {
                return hash;
            }
        }
    }

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

    /** Those of the newest compactions, the newest first. */
    List<KvHash> kept() {
        lock.lock();
        try {
            return List.copyOf(byRevision.descendingMap().values());
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

    private @Nullable KvHash kept(long revision) {
        lock.lock();
        try {
            return byRevision.get(revision);
        } finally {
            lock.unlock();
        }
    }
}
