package io.metastore.storage.mvcc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The revisioned key space. Written by the apply thread through {@link #writer}; read by any thread.
 *
 * <p>Publication: a batch is in the engine before its revision is published, and readers take the published revision
 * before they look at anything else. So what they find is never older than their revision, and what is newer leads back:
 * every record names the one it supersedes. Reads need neither locks nor engine snapshots for that. Only erasing could
 * take a record away under a reader; it stays behind the compact mark, which moves first, so a reader that finds the mark
 * at or below its revision when it is done has missed nothing.
 *
 * <p>The write lock is taken for each engine write: by the apply thread once a batch, by {@link Compactor} once a slice, so
 * that neither overwrites what the other has just decided.
 */
public final class MvccStore implements AutoCloseable {
    /** A part of history that is handed out at once ends with the revision that reaches this. */
    private static final int MAX_CHANGES_BYTES = 8 << 20;

    private static final long NEVER_COMPACTED = -1;

    private final KvEngine engine;
    private final OperationCounts operations = new OperationCounts();
    private final MvccConfig config;
    private final History history;
    private final RecordCache cache;
    private final CurrentKeys keys;
    private final DbSize size = new DbSize();
    private final Hashes hashes = new Hashes(this);
    private final Compactor compactor;
    private final ReentrantLock writeLock = new ReentrantLock();
    // Replaced by restore, on the apply thread.
    private volatile KeyCounts counts;
    // How often the content was replaced. Guarded by writeLock.
    private long generation;
    // Written by the apply thread once the engine holds the batch; read by all.
    private volatile long currentRevision;
    private volatile long compactedRevision;
    private final WriteTxn writer;

    private MvccStore(KvEngine engine, MvccConfig config) {
        this.engine = engine;
        this.config = config;
        this.history = new History(engine);
        this.cache = new RecordCache(config.cacheBytes(), config.spillBytes(), engine.directory(), history);
        this.keys = new CurrentKeys(engine, cache);
        loadRevisions();
        this.counts = new KeyCounts(engine, keys, history, currentRevision);
        this.size.load(engine);
        this.compactor = new Compactor(this);
        this.writer = new WriteTxn(this);
    }

    /** Finds the state that the engine holds; starts no thread. The engine stays the caller's to close. */
    public static MvccStore open(KvEngine engine, MvccConfig config) {
        return new MvccStore(engine, config);
    }

    public OperationCounts operations() {
        return operations;
    }

    /** Live keys as of the current revision. */
    public long liveKeys() {
        return count(KeyRange.ALL, currentRevision);
    }

    /** Newest published revision; 1 for an empty store. */
    public long currentRevision() {
        return currentRevision;
    }

    /** Oldest revision that can be read; -1 if there never was a compaction. */
    public long compactedRevision() {
        return compactedRevision;
    }

    /**
     * Answers a query from the published state.
     *
     * @throws EtcdException COMPACTED or FUTURE_REVISION
     */
    public RangeResult range(RangeQuery query) {
        operations.ranges.increment();
        if (query.revision() <= 0) {
            return readPinned(current -> new PublishedView(this, current, current).range(query));
        }
        return readAt(query.revision(), view -> view.range(query));
    }

    /** As {@link #range} if that is not likely to wait for a disk, else null: for threads that must not. */
    public @Nullable RangeResult rangeIfHot(RangeQuery query) {
        long current = currentRevision;
        if (query.countOnly() || !query.range().isSingleKey()) {
            return null;
        }
        if (query.revision() > 0 && (query.revision() > current || query.revision() < compactedRevision)) {
            return null;
        }
        Head newest = keys.newestIfHot(query.range().start());
        if (newest == null || newest.modRevision() > (query.revision() <= 0 ? current : query.revision())) {
            return null;
        }
        operations.ranges.increment();
        return new RangeReader(query, new OneHead(newest), history, Long.MAX_VALUE).read(current);
    }

    /**
     * One part of a long answer. The query must be key ordered and unfiltered, its revision pinned (above 0). A sort target
     * without an order sorts within the part, as in etcd, where a sorted part may repeat and leave out what is in others.
     *
     * @param from first key of the part: the query's start, then {@link RangePage#next}
     * @param maxKeys the part may be shorter: it ends with the entry that reaches half of what a read may hold
     */
    public RangePage page(RangeQuery query, Key from, int maxKeys) {
        return page(query, from, maxKeys, config.maxReadBytes() / 2);
    }

    /** @param maxBytes the part ends with the entry that reaches it */
    RangePage page(RangeQuery query, Key from, int maxKeys, long maxBytes) {
        if (query.revision() <= 0) {
            throw new IllegalArgumentException("pages are read at a pinned revision: " + query);
        }
        KeyRange rest = new KeyRange(from, query.range().end());
        boolean sorted = query.target() != SortTarget.KEY;
        return readAt(query.revision(), view -> {
            BodyBuilder body = new BodyBuilder(Math.min(maxKeys, 1024));
            List<Head> toSort = new ArrayList<>();
            Key next = null;
            int kvs = 0;
            long bytes = 0;
            try (HeadSource.Heads heads = view.heads(rest, false)) {
                for (Head head = heads.next(); head != null; head = heads.next()) {
                    if (kvs == maxKeys || (kvs > 0 && bytes >= maxBytes)) {
                        next = head.key();
                        break;
                    }
                    if (sorted) {
                        toSort.add(head);
                    } else {
                        RangeReader.append(body, head, query);
                    }
                    bytes += query.keysOnly() && !sorted ? head.metaLength() : head.keyValueLength();
                    kvs++;
                }
            }
            toSort.sort(RangeReader.order(query));
            for (Head head : toSort) {
                RangeReader.append(body, head, query);
            }
            return new RangePage(body.build(), kvs, next);
        });
    }

    /** How many keys of the range are alive at a revision (0 or less: now). */
    public long count(KeyRange range, long revision) {
        return revision <= 0
                ? readPinned(current -> new PublishedView(this, current, current).count(range))
                : readAt(revision, view -> view.count(range));
    }

    /**
     * Lets {@code reads} look at the published state, all of them at the same revision. If the compact mark passes that
     * revision meanwhile, what came of it, also an exception, is dropped and {@code reads} is called again: it must have no
     * effect but its result.
     */
    public <T> T read(Function<ReadView, T> reads) {
        return readPinned(current -> reads.apply(new PublishedView(this, current, current)));
    }

    /**
     * Offers the changes with {@code fromRevision <= main <= toRevision} in order, at most {@code maxRevisions} whole
     * revisions of them, and fewer if they are large. Returns the revision to go on from: {@code toRevision + 1} when all
     * were offered.
     */
    public long changes(long fromRevision, long toRevision, int maxRevisions, Consumer<Change> visitor)
            throws CompactedException {
        checkHistory(fromRevision);
        long last = Math.min(toRevision, currentRevision);
        long next = last + 1;
        List<Change> found = new ArrayList<>();
        try (HistoryCursor cursor = history.walk(Math.max(0, fromRevision), 0, Math.max(0, last))) {
            long main = 0;
            int revisions = 0;
            long bytes = 0;
            while (cursor.next()) {
                if (cursor.main() != main) {
                    if (revisions == maxRevisions || bytes > MAX_CHANGES_BYTES) {
                        next = cursor.main();
                        break;
                    }
                    main = cursor.main();
                    revisions++;
                }
                Change change = cursor.change();
                bytes += change.keyValue().length;
                found.add(change);
            }
        }
        // Nothing is offered before it is certain that nothing was erased meanwhile.
        checkHistory(fromRevision);
        found.forEach(visitor);
        return Math.max(next, fromRevision);
    }

    /**
     * The marshaled KeyValue of the change's key at the revision before it; null if absent then, or compacted. A change that
     * creates the key has nothing before it, also where the same transaction deleted the key just before (etcd: watch.go).
     */
    public byte @Nullable [] keyValueBefore(Change change) {
        long revision = change.revision().main() - 1;
        if (revision < compactedRevision || change.supersedes().equals(Revision.NONE) || change.isCreation()) {
            return null;
        }
        Head before = history.read(
                change.key(), change.supersedes().main(), change.supersedes().sub());
        Head alive = before == null ? null : history.aliveAt(before, revision);
        return alive == null || revision < compactedRevision ? null : alive.keyValue();
    }

    /** The one writer; apply thread only. */
    public WriteTxn writer() {
        return writer;
    }

    public Compactor compactor() {
        return compactor;
    }

    /**
     * etcd's HashKV of a revision (0: current), from the cache of compaction hashes where it is there.
     *
     * @throws EtcdException COMPACTED or FUTURE_REVISION
     */
    public KvHash hashKv(long revision) {
        return hashes.hashKv(revision);
    }

    /** The hashes of the newest compactions, the newest first: of what was there before the erasing. */
    public List<KvHash> compactionHashes() {
        return hashes.kept();
    }

    /** A checksum of the whole replicated state; slow. The same on all members at the same revision. */
    public int hash() {
        return hashes.hashState();
    }

    public DbSize dbSize() {
        return size;
    }

    /** Sets the allocated size to what is in use. Any thread. */
    public void defragment() {
        writeLock.lock();
        try {
            EngineBatch batch = engine.newBatch();
            size.writeDefragmented(batch);
            engine.write(batch);
            size.publishDefragmented();
        } finally {
            writeLock.unlock();
        }
    }

    /** Replaces the engine's whole content by that of a checkpoint. Apply thread only, with no batch open. */
    public void restore(Path checkpoint) {
        writeLock.lock();
        try {
            engine.restore(checkpoint);
            generation++;
            keys.clearCache();
            loadRevisions();
            counts = new KeyCounts(engine, keys, history, currentRevision);
            size.load(engine);
            writer.reset();
            compactor.resume();
            hashes.clear(); // last: up to here a job of before may still leave one
        } finally {
            writeLock.unlock();
        }
    }

    /** Stops the compactor. Does not close the engine. */
    @Override
    public void close() {
        compactor.close();
        cache.close();
    }

    /** Apply thread: writes the batch and publishes it. */
    void write(
            EngineBatch batch,
            PendingKeys pending,
            List<LiveDelta> deltas,
            int records,
            long revision,
            long compactMark) {
        writeLock.lock();
        try {
            if (records > 0) {
                counts.store(batch, currentRevision);
                size.writePending(batch);
            }
            if (batch.operations() > 0) {
                engine.write(batch);
            }
            for (PendingKeys.Version version : pending.all()) {
                keys.written(version.head());
            }
            size.publishPending();
            counts.publish(deltas, records, () -> {
                compactedRevision = compactMark;
                currentRevision = revision;
            });
            counts.split();
        } finally {
            writeLock.unlock();
        }
    }

    KvEngine engine() {
        return engine;
    }

    MvccConfig config() {
        return config;
    }

    History history() {
        return history;
    }

    CurrentKeys keys() {
        return keys;
    }

    RecordCache cache() {
        return cache;
    }

    KeyCounts counts() {
        return counts;
    }

    Hashes hashes() {
        return hashes;
    }

    ReentrantLock writeLock() {
        return writeLock;
    }

    long lockedGeneration() {
        writeLock.lock();
        try {
            return generation;
        } finally {
            writeLock.unlock();
        }
    }

    /** Under the write lock. */
    long generation() {
        return generation;
    }

    void checkNotCompacted(long revision) {
        if (revision < compactedRevision) {
            throw new EtcdException(EtcdError.COMPACTED);
        }
    }

    private void checkHistory(long fromRevision) throws CompactedException {
        long compacted = compactedRevision;
        if (fromRevision < compacted) {
            throw new CompactedException(compacted);
        }
    }

    /** Reads at the published revision; again, at a later one, if the compact mark passed it meanwhile. */
    private <T> T readPinned(LongFunction<T> read) {
        while (true) {
            long current = currentRevision;
            try {
                T result = read.apply(current);
                if (compactedRevision <= current) {
                    return result;
                }
            } catch (RuntimeException failure) {
                // Whoever looked at what was being erased may have stumbled over anything.
                if (compactedRevision <= current) {
                    throw failure;
                }
            }
        }
    }

    private <T> T readAt(long revision, Function<PublishedView, T> read) {
        long current = currentRevision;
        if (revision > current) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        checkNotCompacted(revision);
        try {
            T result = read.apply(new PublishedView(this, current, revision));
            checkNotCompacted(revision);
            return result;
        } catch (RuntimeException failure) {
            checkNotCompacted(revision);
            throw failure;
        }
    }

    /** The newest record, or a compaction that has erased it, tells the revision: keys are not looked at. */
    private void loadRevisions() {
        long scheduled = Meta.SCHEDULED_COMPACTION.read(engine, NEVER_COMPACTED)[0];
        long finished = Meta.FINISHED_COMPACTION.read(engine, NEVER_COMPACTED)[0];
        compactedRevision = Math.max(scheduled, finished);
        currentRevision = Math.max(1, Math.max(history.newest(), compactedRevision));
    }

    /** A source that holds nothing but one version, found already. */
    private record OneHead(Head newest) implements HeadSource {
        @Override
        public @Nullable Head head(Key key) {
            return newest.isTombstone() ? null : newest;
        }

        @Override
        public Heads heads(KeyRange range, boolean reverse) {
            throw new IllegalStateException("one key was asked for");
        }

        @Override
        public long count(KeyRange range) {
            throw new IllegalStateException("one key was asked for");
        }
    }
}
