package io.metastore.storage.mvcc;

/**
 * The account of the store's size as quotas see it. {@code inUse} grows with what is written and falls with compaction;
 * {@code allocated} is the most it has been since the last defragmentation. Written by the thread that writes the engine.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class DbSize {

    public long allocated() {
        throw new UnsupportedOperationException();
    }

    public long inUse() {
        throw new UnsupportedOperationException();
    }
}
