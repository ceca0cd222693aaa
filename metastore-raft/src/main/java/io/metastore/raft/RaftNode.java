package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcResponseClosureAdapter;
import com.alipay.sofa.jraft.util.concurrent.DefaultFixedThreadsExecutorGroup;
import com.alipay.sofa.jraft.util.concurrent.MpscSingleThreadExecutor;
import com.alipay.sofa.jraft.util.concurrent.SingleThreadExecutor;
import io.metastore.raft.log.LogOptions;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member's part in the agreement: propose, read, snapshot, stop. All methods may be called from any thread; none
 * but {@link #start} and {@link #close} blocks.
 */
public final class RaftNode implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RaftNode.class);

    static {
        JraftSettings.beforeFirstUse();
        JraftThreads.letIdleOnesEnd();
    }

    private static final long CLOSE_SECONDS = 10;
    private static final long APPLIED_POLL_NANOS = 100_000;
    private static final int SENDING_THREADS = 4;
    private static final int MAX_QUEUED_SENDS = 32_768;
    private static final int FIRST_SEGMENT_BYTES = 8 << 20;

    private final RaftConfig config;
    private final ReplicatedStateMachine machine;
    private final RaftObserver observer;
    private final Fatal fatal;
    private final PeerId self;
    private final PeerProgress progress = new PeerProgress();
    private final DirectoryLock directoryLock;
    private final SegmentedLog segments;
    private final JraftLogStorage logStorage;
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService snapshotThread;
    private final PeerRequests peerRequests;
    private final DefaultFixedThreadsExecutorGroup senders;
    private final AutoCloseable listening;
    private final NodeImpl node;
    private final ReadBarrier reads;
    private final SnapshotTrigger snapshots;
    private final CommitNotice notice;
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private volatile Leadership leadership = Leadership.UNKNOWN;

    /** Written by the apply thread. */
    private volatile long applied;

    /**
     * Starts a member.
     *
     * @throws RaftStartException if its files are damaged or do not belong together
     */
    public static RaftNode start(RaftConfig config, ReplicatedStateMachine machine, FatalHandler handler)
            throws RaftStartException {
        return start(config, machine, handler, RaftObserver.NONE);
    }

    /**
     * As above.
     *
     * @param observer told what is done and how long it takes
     */
    public static RaftNode start(
            RaftConfig config, ReplicatedStateMachine machine, FatalHandler handler, RaftObserver observer)
            throws RaftStartException {
        DirectoryLock lock = null;
        SegmentedLog segments = null;
        try {
            Directories.create(config.dir());
            lock = DirectoryLock.acquire(config.dir());
            StartChecks checks = StartChecks.read(config.dir(), machine);
            LogOptions options = new LogOptions(
                    config.segmentBytes(),
                    Math.min(config.segmentBytes(), FIRST_SEGMENT_BYTES),
                    config.fsync(),
                    observer);
            segments = SegmentedLog.open(Directories.log(config.dir()), options, checks.hasHistory());
            checks.run(segments);
            RaftNode started = new RaftNode(config, machine, handler, lock, segments, observer);
            started.init();
            return started;
        } catch (IOException e) {
            release(segments, lock);
            throw new RaftStartException(String.valueOf(e.getMessage()), e);
        } catch (RaftStartException | RuntimeException e) {
            release(segments, lock);
            throw e;
        }
    }

    private RaftNode(
            RaftConfig config,
            ReplicatedStateMachine machine,
            FatalHandler handler,
            DirectoryLock directoryLock,
            SegmentedLog segments,
            RaftObserver observer)
            throws IOException {
        this.config = config;
        this.observer = observer;
        this.machine = machine;
        this.directoryLock = directoryLock;
        this.segments = segments;
        fatal = new Fatal(handler, this::failed);
        self = PeerIds.of(config.memberId());
        logStorage = new JraftLogStorage(segments, self, fatal);
        ThreadNames names = new ThreadNames(config.memberId(), fatal);
        timer = new ScheduledThreadPoolExecutor(1, names.factory("raft-read"));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        snapshotThread = Executors.newSingleThreadExecutor(names.factory("raft-snapshot"));
        reads = new ReadBarrier(
                new Reads(),
                timer,
                config.readTimeout().toNanos(),
                config.electionTimeout().toNanos());
        SnapshotPace pace = new SnapshotPace(config.snapshotBytesPerSecond(), System::nanoTime);
        snapshots = new SnapshotTrigger(
                snapshotThread,
                this::takeSnapshot,
                config.snapshotEveryEntries(),
                config.snapshotEveryBytes(),
                pace::isSending);
        notice = new CommitNotice(new Notices(), timer);
        senders = senders(names);
        peerRequests = new PeerRequests(names, pace, timer, observer);
        node = new NodeImpl(config.group(), self);
        listening = config.transport().listen(config.memberId(), peerRequests);
    }

    private static DefaultFixedThreadsExecutorGroup senders(ThreadNames names) {
        SingleThreadExecutor[] threads = new SingleThreadExecutor[SENDING_THREADS];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new MpscSingleThreadExecutor(MAX_QUEUED_SENDS, names.factory("raft-send"));
        }
        return new DefaultFixedThreadsExecutorGroup(threads);
    }

    private void init() throws RaftStartException {
        SnapshotFiles files = new SnapshotFiles(
                Directories.snapshot(config.dir()), config.fsync(), machine, snapshotThread, fatal, observer);
        ApplyLoop applyLoop = new ApplyLoop(machine, files, config.memberId(), fatal, new Applied());
        PeerCallMeter meter =
                new PeerCallMeter(observer, config.heartbeatInterval().toNanos(), System::nanoTime);
        VoteStorage vote = new VoteStorage(Directories.meta(config.dir()), config.fsync(), fatal);
        MemberNodeOptions options =
                JraftSettings.nodeOptions(config, new JraftServices(logStorage, vote), applyLoop, progress, meter);
        options.setAppendEntriesExecutors(senders);
        boolean initialized;
        try {
            NodeManager.getInstance().addAddress(self.getEndpoint());
            initialized = node.init(options);
        } catch (RuntimeException e) {
            fatal.report("raft cannot start", e);
            initialized = false;
        }
        if (!initialized || fatal.hasFailed()) {
            Throwable cause = fatal.cause();
            close();
            String why = cause == null ? "the reason is in the log" : String.valueOf(cause.getMessage());
            RaftStartException failure =
                    new RaftStartException("raft cannot start in %s: %s".formatted(config.dir(), why));
            if (cause != null) {
                failure.initCause(cause);
            }
            throw failure;
        }
        fatal.started();
    }

    private static void release(@Nullable SegmentedLog segments, @Nullable DirectoryLock lock) {
        closeQuietly("log", segments);
        closeQuietly("lock", lock);
    }

    // ---- what it does

    /**
     * Puts an entry on its way. Its end is told by the state machine or by {@link Proposal#failed}. Only the leader can;
     * elsewhere it is refused.
     */
    public void propose(Proposal proposal) {
        ByteBuffer data = proposal.data();
        int bytes = data.remaining();
        if (bytes == 0) {
            throw new IllegalArgumentException("an entry must have content");
        }
        if (closing.get() || fatal.hasFailed()) {
            proposal.failed(new RaftException.Refused(RaftException.Reason.STOPPED, "the member has stopped"));
            return;
        }
        if (!leadership.self()) {
            proposal.failed(new RaftException.Refused(RaftException.Reason.NOT_LEADER, "this member does not lead"));
            return;
        }
        long inFlight = inFlightBytes.addAndGet(bytes);
        if (inFlight > config.maxInFlightBytes() && inFlight != bytes) {
            inFlightBytes.addAndGet(-bytes);
            proposal.failed(new RaftException.Refused(RaftException.Reason.BUSY, "too many requests"));
            return;
        }
        ProposalClosure closure = new ProposalClosure(proposal, bytes, inFlightBytes);
        try {
            node.apply(new Task(data, closure, proposal.expectedTerm()));
        } catch (RuntimeException e) {
            closure.fail(new RaftException.OutcomeUnknown("the member is stopping", e));
        }
    }

    /** Where linearizable reads wait. */
    public ReadBarrier reads() {
        return reads;
    }

    /** Takes a snapshot of all that is applied by now; done when it is durable. */
    public CompletableFuture<Void> snapshotNow() {
        return snapshots.request();
    }

    /** On the snapshot thread. */
    private void takeSnapshot(Closure done) {
        if (!prepareSave()) {
            done.run(new Status(RaftError.ESTATEMACHINE, "the state cannot be saved"));
            return;
        }
        // The state machine has answered a moment before jraft counts the entry as applied; until then jraft might take
        // the last snapshot for new enough.
        long answered = machine.appliedIndex();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        while (node.getLastAppliedLogIndex() < answered
                && !closing.get()
                && !fatal.hasFailed()
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(APPLIED_POLL_NANOS);
        }
        node.snapshot(done);
    }

    private boolean prepareSave() {
        try {
            machine.prepareSave();
            return true;
        } catch (RuntimeException e) {
            if (!closing.get()) {
                fatal.report("snapshot cannot be prepared", e);
            }
            return false;
        }
    }

    // ---- who takes part

    /** The newest configuration in this member's log; empty in one that joins and has not been told. */
    public RaftMembers members() {
        return PeerIds.members(node.getCurrentConf());
    }

    /**
     * Changes who takes part; on the leader, one change at a time. A new voter is first brought up to date. Fails if it is
     * refused, comes to nothing, or nobody knows.
     */
    public CompletableFuture<Void> changeMembers(RaftMembers members) {
        RaftMembers now = members();
        Set<Long> promoted = new HashSet<>(now.learners());
        promoted.retainAll(members.voters());
        if (promoted.isEmpty()) {
            return change(members);
        }
        // jraft takes no configuration in which one is a voter who was a learner in the last: he leaves and comes back.
        Set<Long> others = new HashSet<>(now.learners());
        others.removeAll(promoted);
        return change(new RaftMembers(now.voters(), others)).thenCompose(left -> change(members));
    }

    private CompletableFuture<Void> change(RaftMembers members) {
        CompletableFuture<Void> changed = new CompletableFuture<>();
        if (closing.get() || !leadership.self()) {
            changed.completeExceptionally(
                    new RaftException.Refused(RaftException.Reason.NOT_LEADER, "this member does not lead"));
            return changed;
        }
        try {
            node.changePeers(PeerIds.configuration(members), status -> {
                if (status.isOk()) {
                    changed.complete(null);
                } else {
                    changed.completeExceptionally(new RaftException.OutcomeUnknown(status.toString()));
                }
            });
        } catch (IllegalArgumentException invalid) {
            changed.completeExceptionally(new RaftException.OutcomeUnknown("not a configuration", invalid));
        }
        return changed;
    }

    /**
     * Begins to hand the lead over to another voter, once it has all of the log; done or not, it is over within an election
     * timeout.
     *
     * @throws RaftException.Refused if this member does not lead, or that one cannot
     */
    public void transferLeadership(long member) throws RaftException.Refused {
        Status status = node.transferLeadershipTo(PeerIds.of(member));
        if (!status.isOk()) {
            throw new RaftException.Refused(RaftException.Reason.NOT_LEADER, status.toString());
        }
    }

    /** On the leader: the last entry that a member is known to have; empty if it has not answered in this term. */
    public OptionalLong lastLogIndexOf(long member) {
        return progress.lastLogIndex(member, leadership.term());
    }

    /** Whether nobody else has a say, so that nobody need be asked. */
    public boolean isSoleVoter() {
        return logStorage.isSoleVoter();
    }

    // ---- what it knows

    public Leadership leadership() {
        return leadership;
    }

    /** Done when a leader is known and, if that is this member, it is ready; fails if the member stops before. */
    public CompletableFuture<Void> awaitReady() {
        return ready.copy();
    }

    public long committedIndex() {
        return node.getLastCommittedIndex();
    }

    public long appliedIndex() {
        return node.getLastAppliedLogIndex();
    }

    public long lastLogIndex() {
        return node.getLastLogIndex();
    }

    // ---- what happens to it

    /** On the apply thread. */
    private final class Applied implements ApplyLoop.Listener {

        @Override
        public void committed(boolean awaited) {
            if (leadership.self() && !logStorage.isSoleVoter()) {
                notice.committed(awaited);
            }
        }

        @Override
        public void applied(long index, int entries, long bytes) {
            applied = index;
            reads.applied(index);
            snapshots.applied(entries, bytes);
        }

        @Override
        public void leadershipChanged(Leadership now) {
            leadership = now;
            machine.leadershipChanged(now);
            if (now.hasLeader()) {
                ready.complete(null);
            }
            if (now.ready()) {
                // Tells all members of the new leader's first entry: configurations are applied without a word.
                node.apply(new Task(ByteBuffer.allocate(0), null, now.term()));
            }
        }
    }

    /** Rounds of heartbeats, which say what is agreed on. */
    private final class Notices implements CommitNotice.Source {

        @Override
        public boolean isDue() {
            if (!leadership.self() || closing.get() || fatal.hasFailed()) {
                return false;
            }
            long committed = node.getLastCommittedIndex();
            for (PeerId peer : node.getCurrentConf().getPeers()) {
                if (!peer.equals(self) && !progress.wasTold(PeerIds.memberId(peer), committed)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void send(Runnable done) {
            node.handleReadIndexRequest(readIndexRequest(), new RpcResponseClosureAdapter<ReadIndexResponse>() {
                @Override
                public void run(Status status) {
                    done.run();
                }
            });
        }
    }

    private ReadIndexRequest readIndexRequest() {
        return ReadIndexRequest.newBuilder()
                .setGroupId(config.group())
                .setServerId(self.toString())
                .build();
    }

    private final class Reads implements ReadBarrier.Source {

        @Override
        public boolean passesAtOnce() {
            return leadership.ready() && logStorage.isSoleVoter() && !fatal.hasFailed() && !closing.get();
        }

        @Override
        public void findIndex(LongConsumer found, Consumer<String> failed) {
            if (!leadership.hasLeader() || closing.get()) {
                // Also while this member has been elected and has not applied anything of its term.
                failed.accept("no leader");
                return;
            }
            node.handleReadIndexRequest(readIndexRequest(), new RpcResponseClosureAdapter<ReadIndexResponse>() {
                @Override
                public void run(Status status) {
                    // Not here: jraft calls this holding a monitor that it also takes under its lock, and what follows
                    // takes that lock.
                    try {
                        timer.execute(() -> tell(status));
                    } catch (RejectedExecutionException e) {
                        log.debug("closing already", e);
                    }
                }

                private void tell(Status status) {
                    if (status.isOk() && getResponse().getSuccess()) {
                        found.accept(getResponse().getIndex());
                    } else {
                        failed.accept(status.toString());
                    }
                }
            });
        }

        @Override
        public long appliedIndex() {
            // jraft counts its own entries too, but later.
            return Math.max(applied, node.getLastAppliedLogIndex());
        }
    }

    private void failed() {
        leadership = new Leadership(leadership.term(), 0, false, false);
        reads.close();
        ready.completeExceptionally(new RaftException.Refused(RaftException.Reason.STOPPED, "the member has failed"));
        // Not here: jraft may hold locks. It steps down and takes part in nothing any more.
        var error = new com.alipay.sofa.jraft.error.RaftException(
                EnumOutter.ErrorType.ERROR_TYPE_STATE_MACHINE, RaftError.ESTATEMACHINE, "the member has failed");
        try {
            snapshotThread.execute(() -> node.onError(error));
        } catch (RejectedExecutionException e) {
            log.debug("closing already", e);
        }
    }

    /** Stops the member; waits for its threads, but not for ever. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        fatal.closing();
        reads.close();
        leadership = new Leadership(leadership.term(), 0, false, false);
        ready.completeExceptionally(new RaftException.Refused(RaftException.Reason.STOPPED, "the member has stopped"));
        shutdownNode();
        closeQuietly("transport", listening);
        peerRequests.close();
        senders.shutdownGracefully(CLOSE_SECONDS, TimeUnit.SECONDS);
        stop(snapshotThread);
        stop(timer);
        closeQuietly("log", segments);
        closeQuietly("lock", directoryLock);
    }

    private void shutdownNode() {
        CountDownLatch down = new CountDownLatch(1);
        node.shutdown(status -> down.countDown());
        try {
            if (!down.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.error("raft did not stop in {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        NodeManager.getInstance().removeAddress(self.getEndpoint());
    }

    private static void stop(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(String what, @Nullable AutoCloseable closeable) {
        if (closeable == null) {
            return;
        }
        try {
            closeable.close();
        } catch (Exception e) {
            log.warn("cannot close {}", what, e);
        }
    }
}
