package io.metastore.storage.mvcc;

import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;

/**
 * The account of the store's size as quotas see it. {@code inUse} grows with what is written and falls with compaction;
 * {@code allocated} is the most it has been since the last defragmentation, as with a file that keeps its free pages.
 *
 * <p>Changed under the store's write lock, but for {@code pending}, which is the apply thread's. Read by any thread.
 */
public final class DbSize {
    /** What an empty store counts as. */
    private static final long BASELINE_BYTES = 20 << 10;

    private volatile long inUse;
    private volatile long allocated;
    private volatile long pending;

    DbSize() {}

    public long allocated() {
        return BASELINE_BYTES + Math.max(allocated, inUse + pending);
    }

    public long inUse() {
        return BASELINE_BYTES + inUse + pending;
    }

    void load(KvEngine engine) {
        long[] stored = Meta.SIZE.read(engine, 0, 0);
        inUse = stored[0];
        allocated = stored[1];
        pending = 0;
    }

    /** Apply thread: what the open batch will add. */
    void addPending(long bytes) {
        long before = pending;
        pending = before + bytes;
    }

    /** Puts the account as it will be with what is pending. */
    void writePending(EngineBatch batch) {
        long after = inUse + pending;
        Meta.SIZE.put(batch, after, Math.max(allocated, after));
    }

    /** What was pending is written. */
    void publishPending() {
        long after = inUse + pending;
        allocated = Math.max(allocated, after);
        inUse = after;
        pending = 0;
    }

    void writeReleased(EngineBatch batch, long bytes) {
        Meta.SIZE.put(batch, inUse - bytes, allocated);
    }

    void publishReleased(long bytes) {
        long before = inUse;
        inUse = before - bytes;
    }

    void writeDefragmented(EngineBatch batch) {
        Meta.SIZE.put(batch, inUse, inUse);
    }

    void publishDefragmented() {
        allocated = inUse;
    }
}
