package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * One compaction's erasing: walks history from the last compact revision to the new one and removes each superseded put,
 * and each tombstone below the new mark with its entry in {@code kv}. A tombstone at the mark stays until the next time.
 * Owned by the thread that runs {@link Compactor}.
 *
 * <p>How far it got is stored with every slice, so that after a crash nothing is counted as released twice.
 */
final class Erasure {
    private final MvccStore store;
    private final Compactor.Job job;
    private final EngineBatch batch;
    private final long generation;
    private boolean started;
    private long nextMain;
    private long nextSub;
    private long erased;

    // Of the slice under way.
    private final List<Key> deadKeys = new ArrayList<>();
    private final List<Entry> tombstones = new ArrayList<>();
    private final List<Integer> stamps = new ArrayList<>();
    private long released;

    Erasure(MvccStore store, Compactor.Job job) {
        this.store = store;
        this.job = job;
        this.batch = store.engine().newBatch();
        generation = store.lockedGeneration();
        long[] position = Meta.ERASING.read(store.engine(), Math.max(0, job.from()), 0);
        nextMain = position[0];
        nextSub = position[1];
    }

    /** Erases some more; true when all is done. */
    boolean slice() {
        batch.clear();
        deadKeys.clear();
        tombstones.clear();
        stamps.clear();
        released = 0;
        boolean isDone = collect();
        store.writeLock().lock();
        try {
            if (store.generation() != generation) {
                return true; // the content was replaced, and with it the job
            }
            if (!started) {
                // Counting must not need the history that goes now.
                store.counts().storeAll(batch, store.currentRevision());
                started = true;
            }
            eraseDeadKeys();
            if (isDone) {
                Meta.FINISHED_COMPACTION.put(batch, job.to());
                Meta.ERASING.delete(batch);
            } else {
                Meta.ERASING.put(batch, nextMain, nextSub);
            }
            store.dbSize().writeReleased(batch, released);
            store.engine().write(batch);
            store.dbSize().publishReleased(released);
        } finally {
            store.writeLock().unlock();
        }
        deadKeys.forEach(store.cache()::erased);
        return isDone;
    }

    long erased() {
        return erased;
    }

    private boolean collect() {
        int limit = store.config().compactionBatch();
        int looked = 0;
        try (HistoryCursor cursor = store.history().walk(nextMain, nextSub, job.to())) {
            while (cursor.next()) {
                if (looked++ == limit) {
                    nextMain = cursor.main();
                    nextSub = cursor.sub();
                    return false;
                }
                look(cursor);
            }
            return true;
        }
    }

    private void look(HistoryCursor cursor) {
        Entry record = cursor.record();
        // Up to the former mark this was done by the former compaction. A superseded tombstone goes by its own
        // revision.
        if (record.main() > job.from() && record.supersedes() && record.kind() != Entry.Kind.CREATION) {
            History.erase(batch, record.supersededMain(), record.supersededSub());
            released += record.supersededCost();
            erased++;
        }
        if (record.tombstone() && record.main() < job.to()) {
            History.erase(batch, record.main(), record.sub());
            released += record.cost();
            erased++;
            Key key = cursor.change().key();
            int stamp = store.cache().stamp(key);
            if (isStill(key, record)) {
                deadKeys.add(key);
                tombstones.add(record);
                stamps.add(stamp);
            }
        }
    }

    /** Under the write lock: what was a tombstone when we looked may have been put since. */
    private void eraseDeadKeys() {
        for (int i = 0; i < deadKeys.size(); i++) {
            Key key = deadKeys.get(i);
            if (store.cache().stamp(key) == stamps.get(i) || isStill(key, tombstones.get(i))) {
                batch.delete(Bucket.KV, key.bytes());
            }
        }
    }

    private boolean isStill(Key key, Entry tombstone) {
        byte[] stored = store.engine().get(Bucket.KV, key.bytes());
        if (stored == null) {
            return false;
        }
        Entry newest = Entry.decode(stored, stored.length);
        return newest.tombstone() && newest.isAt(tombstone.main(), tombstone.sub());
    }
}
