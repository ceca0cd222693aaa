package io.metastore.storage.mvcc;

import io.metastore.storage.engine.KvEngine;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The revisioned key space. Written by the apply thread through {@link #writer}; read by any thread. */
@SuppressWarnings("DoNotCallSuggester")
public final class MvccStore implements AutoCloseable {

    private MvccStore() {}

    /** Finds the state that the engine holds; starts no thread. The engine stays the caller's to close. */
    public static MvccStore open(KvEngine engine, MvccConfig config) {
        if (config.compactionBatch() > 0) {
            throw new UnsupportedOperationException(engine.toString());
        }
        return new MvccStore();
    }

    /** Newest published revision; 1 for an empty store. */
    public long currentRevision() {
        throw new UnsupportedOperationException();
    }

    /** Oldest revision that can be read; -1 if there never was a compaction. */
    public long compactedRevision() {
        throw new UnsupportedOperationException();
    }

    /**
     * Answers a query from the published state.
     *
     * @throws io.metastore.api.EtcdException COMPACTED or FUTURE_REVISION
     */
    public RangeResult range(RangeQuery query) {
        throw new UnsupportedOperationException(query.toString());
    }

    /** As {@link #range} if that needs nothing but the heap, else null: for threads that must not wait for a disk. */
    public @Nullable RangeResult rangeIfHot(RangeQuery query) {
        throw new UnsupportedOperationException(query.toString());
    }

    /**
     * One part of a long answer. The query must be key ordered and unfiltered, its revision pinned (above 0).
     *
     * @param from first key of the part: the query's start, then {@link RangePage#next}
     * @param maxBytes the part ends with the entry that reaches it
     */
    public RangePage page(RangeQuery query, Key from, int maxKeys, long maxBytes) {
        throw new UnsupportedOperationException(query + " " + from + " " + maxKeys + " " + maxBytes);
    }

    /** How many keys of the range are alive at a revision (0 or less: now). */
    public long count(KeyRange range, long revision) {
        throw new UnsupportedOperationException(range + " " + revision);
    }

    /** Lets {@code reads} look at the published state, all of them at the same revision. May call it again. */
    public <T> T read(Function<ReadView, T> reads) {
        throw new UnsupportedOperationException(reads.toString());
    }

    /**
     * Offers the changes with {@code fromRevision <= main <= toRevision} in order, at most {@code maxRevisions} whole
     * revisions of them. Returns the revision to go on from: {@code toRevision + 1} when all were offered.
     */
    public long changes(long fromRevision, long toRevision, int maxRevisions, Consumer<Change> visitor)
            throws CompactedException {
        throw new UnsupportedOperationException(fromRevision + " " + toRevision + " " + maxRevisions + visitor);
    }

    /** The marshaled KeyValue of the change's key at the revision before it; null if absent then, or compacted. */
    public byte @Nullable [] keyValueBefore(Change change) {
        throw new UnsupportedOperationException(change.toString());
    }

    /** The one writer; apply thread only. */
    public WriteTxn writer() {
        throw new UnsupportedOperationException();
    }

    public Compactor compactor() {
        throw new UnsupportedOperationException();
    }

    /**
     * etcd's HashKV of a revision (0: current), from the cache of compaction hashes where it is there.
     *
     * @throws io.metastore.api.EtcdException COMPACTED or FUTURE_REVISION
     */
    public KvHash hashKv(long revision) {
        throw new UnsupportedOperationException("" + revision);
    }

    /** A checksum of the whole current state of the key space; slow. */
    public int hash() {
        throw new UnsupportedOperationException();
    }

    public DbSize dbSize() {
        throw new UnsupportedOperationException();
    }

    /** Sets the allocated size to what is in use; kept with the next commit. Apply thread only. */
    public void defragment() {
        throw new UnsupportedOperationException();
    }

    /** Reads everything anew after the engine's content was replaced. Apply thread only, with no command open. */
    public void reload() {
        throw new UnsupportedOperationException();
    }

    /** Stops the compactor. Does not close the engine. */
    @Override
    public void close() {}
}
