package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmType;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.backup.Backup;
import io.metastore.storage.backup.Restore;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineSnapshot;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.lease.Lessor;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.KvHash;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.WriteTxn;
import io.metastore.storage.watch.ChangeListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state: a batch of commands, one engine write, one publication. It is a function of the log alone: the
 * same entries give the same state and the same outcomes, however they are cut into batches and wherever a member was
 * stopped and started in between.
 *
 * <p>A batch is {@code apply* commit}. The apply thread alone calls these, {@link #saveTo} and {@link #loadFrom}; whatever
 * throws there leaves the batch in no defined state and must stop the member. Everyone may read.
 */
public final class StateMachine implements AutoCloseable {
    private final KvEngine engine;
    private final MvccStore store;
    private final Lessor leases;
    private final AlarmStore alarms;
    private final MemberStore members;
    private final AuthStore auth;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger openBackups = new AtomicInteger();
    private final AtomicInteger defragmentations = new AtomicInteger();
    private volatile StateObserver observer = StateObserver.NONE;

    // Owned by the apply thread.
    private final WriteTxn writer;
    private final StateTxn txn;
    private long publishedCompaction;
    private boolean batchOpen;

    // Written by the apply thread once the engine holds the batch and readers can see it.
    private volatile AppliedMark applied;

    private StateMachine(KvEngine engine, StateConfig config) {
        this.engine = engine;
        this.store = MvccStore.open(engine, config.mvcc());
        this.leases = new Lessor(engine);
        this.alarms = new AlarmStore(engine);
        this.members = new MemberStore(engine);
        this.auth = new AuthStore(engine);
        this.writer = store.writer();
        this.txn = new StateTxn(writer, leases, alarms, members, auth);
        this.publishedCompaction = store.compactedRevision();
        this.applied = AppliedMark.read(engine);
    }

    /** Finds the state that the engine holds. The engine stays the caller's to close, after this. */
    public static StateMachine open(KvEngine engine, StateConfig config) {
        return new StateMachine(engine, config);
    }

    // Apply thread

    /**
     * Applies a command into the open batch: later commands see it, nobody else does before {@link #commit}.
     *
     * @param index of the entry that carries the command
     * @param term of that entry
     */
    public Outcome apply(Command command, long index, long term) {
        batchOpen = true;
        Optional<EtcdError> alarm = refusalByAlarm(command);
        if (alarm.isPresent()) {
            return new Outcome.Rejected(alarm.get());
        }
        if (auth.stateNow().enabled()) {
            EtcdError denied = refusalByAuth(command);
            if (denied != null) {
                return new Outcome.Rejected(denied);
            }
        }
        txn.begin(index, term);
        Outcome outcome = command.applyTo(txn);
        txn.end();
        return outcome;
    }

    /**
     * Writes the open batch together with the mark of its last entry, publishes it, and tells listeners. Without a command
     * before it, it only moves the mark.
     */
    public void commit(long index, long term) {
        AppliedMark mark = new AppliedMark(index, term);
        if (index <= applied.index() || term < applied.term()) {
            throw new IllegalStateException("commit of %s after %s".formatted(mark, applied));
        }
        mark.write(writer.batch());
        List<Change> changes = writer.commit();
        leases.publish();
        alarms.publish();
        members.publish();
        auth.publish();
        applied = mark;
        batchOpen = false;
        tellListeners(changes);
    }

    /**
     * Any thread, beside the apply thread: brings to disk what is applied by now, so that {@link #saveTo}, for which the
     * commands wait, finds little left to write.
     */
    public void prepareSave() {
        engine.flush();
    }

    /** Writes a consistent copy of the state into a directory that does not exist yet; fast, sharing files where it can. */
    public void saveTo(Path directory) {
        requireNoOpenBatch();
        engine.checkpoint(directory);
    }

    /** Replaces the state by a copy that {@link #saveTo} has made. */
    public void loadFrom(Path directory) {
        requireNoOpenBatch();
        store.restore(directory);
        leases.reload();
        alarms.reload();
        members.reload();
        auth.reload();
        publishedCompaction = store.compactedRevision();
        applied = AppliedMark.read(engine);
        listeners.forEach(ChangeListener::reset);
    }

    // Any thread

    public long appliedIndex() {
        return applied.index();
    }

    public long appliedTerm() {
        return applied.term();
    }

    public MvccStore store() {
        return store;
    }

    public Lessor leases() {
        return leases;
    }

    public MemberStore members() {
        return members;
    }

    public AlarmStore alarms() {
        return alarms;
    }

    public AuthStore auth() {
        return auth;
    }

    /** The space that quotas are about: it never shrinks but by {@link #defragment}. */
    public long dbSize() {
        return store.dbSize().allocated();
    }

    public long dbSizeInUse() {
        return store.dbSize().inUse();
    }

    /**
     * The space quota of this member.
     *
     * @param configuredBytes 0 for the default, less for none
     */
    public Quota quota(long configuredBytes) {
        return new Quota(store.dbSize(), configuredBytes);
    }

    /** From now on this one is told, instead of the one before. */
    public void observe(StateObserver told) {
        observer = told;
    }

    /** Before the first command, or on the apply thread. */
    public void addListener(ChangeListener listener) {
        listeners.add(listener);
    }

    /** Gives back what compaction has freed. Slow: for a thread that may wait. */
    public void defragment() {
        long start = System.nanoTime();
        defragmentations.incrementAndGet();
        try {
            store.defragment();
            engine.compact();
        } finally {
            defragmentations.decrementAndGet();
        }
        observer.defragmented(System.nanoTime() - start);
    }

    public boolean isDefragmenting() {
        return defragmentations.get() > 0;
    }

    /**
     * etcd's HashKV; revision 0 is the current one.
     *
     * @throws io.metastore.api.EtcdException COMPACTED or FUTURE_REVISION
     */
    public KvHash hashKv(long revision) {
        long start = System.nanoTime();
        try {
            return store.hashKv(revision);
        } finally {
            observer.hashedRevision(System.nanoTime() - start);
        }
    }

    public int hash() {
        long start = System.nanoTime();
        int hash = store.hash();
        observer.hashed(System.nanoTime() - start);
        return hash;
    }

    /**
     * The state as it is now, in etcd's own form; the caller closes it. Slow: for a thread that may wait.
     *
     * @param storageVersion etcd's storage schema that the file says to follow
     */
    public Backup backup(String storageVersion) {
        long start = System.nanoTime();
        EngineSnapshot now = engine.snapshot();
        AppliedMark mark = AppliedMark.read(now);
        Backup backup = Backup.of(now, mark.index(), mark.term(), storageVersion);
        openBackups.incrementAndGet();
        backup.onClose(() -> {
            openBackups.decrementAndGet();
            observer.backedUp(System.nanoTime() - start);
        });
        return backup;
    }

    /** Backups that are being read. */
    public int openBackups() {
        return openBackups.get();
    }

    /**
     * Fills an empty engine with what a snapshot in etcd's form holds, as the state of a new cluster.
     *
     * @param members of that cluster
     * @param bumpRevision how far the revision is moved on; above 0, all that there is counts as compacted
     * @param index the entry of the raft log that is to count as the last applied one, and {@code term} its term
     * @param progress told now and then how many bytes of keys and values have been read
     */
    public static void restore(
            KvEngine engine,
            BoltFile snapshot,
            List<Member> members,
            long bumpRevision,
            long index,
            long term,
            LongConsumer progress)
            throws IOException {
        Restore.into(engine, snapshot, members, bumpRevision, progress);
        EngineBatch batch = engine.newBatch();
        new AppliedMark(index, term).write(batch);
        engine.write(batch);
        engine.flush();
    }

    /** Stops the erasing of compacted history. After the apply thread has ended. */
    @Override
    public void close() {
        store.close();
    }

    /** As alarms stand with the open batch: an alarm holds for the very next command. */
    private Optional<EtcdError> refusalByAlarm(Command command) {
        if (alarms.noneActiveNow()) {
            return Optional.empty();
        }
        if (command.needsIntactData() && alarms.isActiveNow(AlarmType.CORRUPT)) {
            return Optional.of(EtcdError.CORRUPT);
        }
        if (command.spaceCost() > 0 && alarms.isActiveNow(AlarmType.NOSPACE)) {
            return Optional.of(EtcdError.NO_SPACE);
        }
        return Optional.empty();
    }

    /** What was asked for before auth was enabled has no caller, and is refused as from somebody without credentials. */
    private @Nullable EtcdError refusalByAuth(Command command) {
        if (command instanceof Command.Asked asked) {
            return new CommandAccess(auth.stateNow(), asked.caller(), leases::keysNow).refusalOfAsked(asked.command());
        }
        return new CommandAccess(auth.stateNow(), Caller.NOBODY, leases::keysNow).refusal(command);
    }

    private void requireNoOpenBatch() {
        if (batchOpen) {
            throw new IllegalStateException("a batch is open after index " + applied.index());
        }
    }

    private void tellListeners(List<Change> changes) {
        long revision = store.currentRevision();
        long compaction = store.compactedRevision();
        for (ChangeListener listener : listeners) {
            if (!changes.isEmpty()) {
                listener.published(revision, changes);
            }
            if (compaction != publishedCompaction) {
                listener.compacted(compaction);
            }
        }
        publishedCompaction = compaction;
    }
}
