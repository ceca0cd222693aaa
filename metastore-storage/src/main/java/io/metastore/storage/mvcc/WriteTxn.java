package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one open batch of changes: many commands, each seeing those before it. Belongs to the apply thread.
 *
 * <p>A batch is {@code (begin … end)* commit}. Between {@code begin} and {@code end} one command makes its changes, which
 * share a main revision; nothing is visible to others before {@code commit} has written them all at once.
 */
public final class WriteTxn implements ReadView {
    private static final int NO_CHANGE = 0;

    private final MvccStore store;
    private final EngineBatch batch;
    private final PendingKeys pending = new PendingKeys();
    private final byte[] scratch = new byte[Entry.MAX_HEADER_BYTES];

    private List<Change> changes = new ArrayList<>();
    private final List<LiveDelta> deltas = new ArrayList<>();
    private final List<Compactor.Job> compactions = new ArrayList<>();
    private long lastRevision;
    private long compactMark;
    private long liveKeys;
    // Of the command under way.
    private long sub = NO_CHANGE;
    private int done;

    WriteTxn(MvccStore store) {
        this.store = store;
        this.batch = store.engine().newBatch();
        reset();
    }

    /** Starts a command and returns the revision before it: its changes, if any, get the next one. */
    public long begin() {
        sub = NO_CHANGE;
        done = 0;
        return lastRevision;
    }

    /** The revision before the command, or its own once it has changed something. */
    @Override
    public long revision() {
        return sub == NO_CHANGE ? lastRevision : lastRevision + 1;
    }

    @Override
    public @Nullable Head head(Key key) {
        Head newest = newest(key);
        return newest == null || newest.isTombstone() ? null : newest;
    }

    /** Writes a new version of the key and returns it. */
    public Head put(Key key, ByteString value, long lease) {
        done++;
        store.operations().puts.increment();
        store.operations().putBytes.add((long) key.length() + value.size());
        Head before = newest(key);
        long main = lastRevision + 1;
        if (before == null || before.isTombstone()) {
            return add(key, KeyValues.encode(key, main, main, 1, value, lease), Entry.Kind.CREATION, before);
        }
        byte[] keyValue = KeyValues.encode(key, before.createRevision(), main, before.version() + 1, value, lease);
        return add(key, keyValue, Entry.Kind.UPDATE, before);
    }

    /**
     * Deletes every live key of the range in key order, telling each; returns how many. Those told may be numbers only: the
     * bytes of a whole range need not fit the heap.
     */
    public long deleteRange(KeyRange range, @Nullable Consumer<Head> deleted) {
        done++;
        store.operations().deletes.increment();
        if (range.isSingleKey()) {
            Head head = head(range.start());
            if (head == null) {
                return 0;
            }
            delete(head, deleted);
            return 1;
        }
        List<Head> doomed = new ArrayList<>();
        try (HeadSource.Heads heads = now().heads(range, false)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                // What this batch has put is not in history yet.
                boolean isWritten = head.modRevision() <= store.currentRevision();
                doomed.add(isWritten ? head.slim(store.history()) : head);
            }
        }
        for (Head head : doomed) {
            delete(head, deleted);
        }
        return doomed.size();
    }

    @Override
    public RangeResult range(RangeQuery query) {
        done++;
        store.operations().ranges.increment();
        long now = revision();
        long revision = query.revision() <= 0 ? now : query.revision();
        if (revision > now) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        if (revision < compactMark) {
            throw new EtcdException(EtcdError.COMPACTED);
        }
        HeadSource source = new PendingView(store, pending, revision);
        return new RangeReader(query, source, null, Long.MAX_VALUE).read(now);
    }

    @Override
    public boolean forEachHead(KeyRange range, Predicate<Head> more) {
        if (range.isSingleKey()) {
            Head head = head(range.start());
            return head == null || more.test(head);
        }
        try (HeadSource.Heads heads = now().heads(range, false)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                if (!more.test(head)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Ends the command: true if it changed something, so that its revision is taken. */
    public boolean end() {
        if (done > 1) {
            store.operations().txns.increment();
        }
        done = 0;
        if (sub == NO_CHANGE) {
            return false;
        }
        lastRevision++;
        sub = NO_CHANGE;
        return true;
    }

    /** The open batch, for whatever else must be written together with the changes. */
    public EngineBatch batch() {
        return batch;
    }

    /**
     * Moves the compact mark, visible to this batch at once and to readers with its commit; erasing follows behind it.
     *
     * @throws EtcdException COMPACTED at or below the mark, FUTURE_REVISION above the current revision
     */
    public void compact(long revision) {
        if (revision <= compactMark) {
            throw new EtcdException(EtcdError.COMPACTED);
        }
        if (revision > revision()) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        long records = liveKeys + revision - Math.max(0, compactMark);
        compactions.add(new Compactor.Job(
                compactMark, revision, records <= store.config().hashedRecords()));
        compactMark = revision;
        Meta.SCHEDULED_COMPACTION.put(batch, revision);
    }

    /** The compact mark as this batch sees it, -1 if there never was a compaction. */
    public long compactedRevision() {
        return compactMark;
    }

    /** Writes the batch, publishes its revision and compact mark, and returns its changes in order. */
    public List<Change> commit() {
        assert sub == NO_CHANGE : "commit inside a command";
        for (PendingKeys.Version version : pending.all()) {
            CurrentKeys.put(batch, version.head(), scratch);
        }
        store.write(batch, pending, deltas, changes.size(), lastRevision, compactMark);
        compactions.forEach(store.compactor()::schedule);
        List<Change> published = changes;
        changes = new ArrayList<>();
        clear();
        return published;
    }

    /** Forgets the open batch and starts from what is published. */
    void reset() {
        changes = new ArrayList<>();
        clear();
        lastRevision = store.currentRevision();
        compactMark = store.compactedRevision();
        liveKeys = store.counts().total();
        sub = NO_CHANGE;
    }

    private void clear() {
        batch.clear();
        pending.clear();
        deltas.clear();
        compactions.clear();
    }

    private HeadSource now() {
        return new PendingView(store, pending, revision());
    }

    /** The newest version as the batch sees it, a tombstone perhaps. */
    private @Nullable Head newest(Key key) {
        Head changed = pending.newest(key);
        return changed != null ? changed : store.keys().newestForWriter(key);
    }

    private void delete(Head head, @Nullable Consumer<Head> deleted) {
        if (deleted != null) {
            deleted.accept(head);
        }
        add(head.key(), KeyValues.encodeTombstone(head.key()), Entry.Kind.TOMBSTONE, head);
    }

    private Head add(Key key, byte[] keyValue, Entry.Kind kind, @Nullable Head before) {
        // A tombstone behind the mark is or will be erased: that it is not referred to must not depend on how far.
        Entry superseded =
                before == null || (before.isTombstone() && before.modRevision() < compactMark) ? null : before.record();
        Entry record = new Entry(
                lastRevision + 1,
                sub++,
                kind,
                superseded == null ? 0 : superseded.main(),
                superseded == null ? 0 : superseded.sub(),
                superseded == null ? 0 : superseded.keyValueBytes(),
                keyValue.length);
        Head head = Head.parse(key, record, keyValue, 0);
        int headerBytes = record.encodeHeader(scratch);
        batch.put(Bucket.REV, History.key(record.main(), record.sub()), scratch, headerBytes, keyValue);
        pending.add(head, before);
        store.dbSize().addPending(record.cost());
        changes.add(new Change(record.revision(), record.tombstone(), key, keyValue, record.superseded()));
        if (record.liveDelta() != 0) {
            deltas.add(new LiveDelta(key, record.main(), record.liveDelta()));
            liveKeys += record.liveDelta();
        }
        return head;
    }
}
