package io.metastore.server.replication;

import io.metastore.api.EtcdError;
import io.metastore.raft.Leadership;
import io.metastore.raft.RaftException;
import io.metastore.raft.RaftNode;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.server.peer.PeerException;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandCodec;
import io.metastore.storage.state.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands to agreement: encodes once, proposes once, never again by itself. Where another member leads, it is asked to
 * propose, once; what comes of it this member learns from its own apply. A command that is known not to have been proposed,
 * because nobody led or who was asked did not, waits for a leader.
 *
 * <p>What an event loop submits while it works off one wake-up goes into one raft entry, proposed by a task at the end of
 * the tick: no extra thread, no timer, so no added latency when little is going on. Each such tick belongs to its loop's
 * thread. Callers without a loop propose at once.
 */
public final class Replicator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);

    /** Bounds one raft entry; a tick with more makes several. */
    private static final int MAX_ENTRY_BYTES = 512 << 10;
    /** So that the first commands of a long tick are on their way to disk while the last are still being read. */
    private static final int MAX_ENTRY_COMMANDS = 64;
    /** etcd's bound between committed and applied index before it refuses (etcd: maxGapBetweenApplyAndCommitIndex). */
    private static final long MAX_GAP_ENTRIES = 5000;

    /** Commands that wait for a leader; etcd lets as many wait as there are clients. */
    private static final int MAX_PARKED_BYTES = 64 << 20;

    private final RaftNode raft;
    private final PeerNetwork peers;
    private final OwnProposals own;
    private final TimeoutCause timeouts;
    private final long memberId;
    private final int maxRequestBytes;
    private final LoopContext shared;
    private final long timeoutNanos;
    private final AtomicLong sequence;
    private final Map<LoopContext, Tick> ticks = new ConcurrentHashMap<>();
    private final Queue<CommandProposal> pending = new ConcurrentLinkedQueue<>();
    private final Queue<CommandProposal> parked = new ConcurrentLinkedQueue<>();
    private final AtomicLong parkedBytes = new AtomicLong();
    private volatile boolean closed;
    private final LongAdder failures = new LongAdder();
    private final RequestMetrics metrics;

    /**
     * @param firstSequence where this process starts numbering its entries; random, so that no other run of this member used it
     * @param shared the context of submitters that have no event loop
     */
    public Replicator(
            RaftNode raft,
            PeerNetwork peers,
            OwnProposals own,
            TimeoutCause timeouts,
            long memberId,
            long firstSequence,
            int maxRequestBytes,
            LoopContext shared,
            Duration requestTimeout,
            RequestMetrics metrics) {
        this.metrics = metrics;
        this.raft = raft;
        this.peers = peers;
        this.own = own;
        this.timeouts = timeouts;
        this.memberId = memberId;
        this.sequence = new AtomicLong(firstSequence);
        this.maxRequestBytes = maxRequestBytes;
        this.shared = shared;
        this.timeoutNanos = requestTimeout.toNanos();
    }

    /** Any thread; the listener is called on the calling event loop, or on the shared context. */
    public void submit(Command command, OutcomeListener listener) {
        LoopContext context = LoopContext.current();
        if (isTooLarge(command)) {
            metrics.failed(List.of(command), 0);
            listener.failed(EtcdError.REQUEST_TOO_LARGE.exception());
            return;
        }
        if (context != null) {
            ticks.computeIfAbsent(context, Tick::new).add(command, listener);
        } else if (isBehind()) {
            listener.failed(EtcdError.TOO_MANY_REQUESTS.exception());
        } else {
            propose(new ArrayList<>(List.of(command)), new ArrayList<>(List.of(listener)), shared, System.nanoTime());
        }
    }

    private boolean isBehind() {
        return raft.committedIndex() - raft.appliedIndex() > MAX_GAP_ENTRIES;
    }

    /** Whether the command would be refused for its size, whatever else speaks against it. */
    public boolean isTooLarge(Command command) {
        return CommandCodec.sizeOf(command) > maxRequestBytes;
    }

    /** Any thread; completes on the calling event loop, or on the shared context. */
    public CompletableFuture<Outcome> submit(Command command) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        submit(command, new OutcomeListener() {
            @Override
            public void applied(Outcome outcome) {
                future.complete(outcome);
            }

            @Override
            public void failed(Throwable why) {
                future.completeExceptionally(why);
            }
        });
        return future;
    }

    /** Has an entry without commands agreed on: it changes nothing but how long the log is. */
    public void submitNothing() {
        propose(List.of(), List.of(), shared, System.nanoTime());
    }

    /** Fails what has waited too long; called from time to time. What is failed may still take effect. */
    public void expire(long nowNanos) {
        for (CommandProposal oldest = pending.peek(); oldest != null; oldest = pending.peek()) {
            if (!oldest.isSettled()) {
                if (nowNanos - oldest.startNanos() < timeoutNanos) {
                    return;
                }
                oldest.failOnOrigin(timeouts.of(oldest.startNanos()).exception());
            }
            own.remove(oldest);
            pending.remove(oldest);
        }
    }

    /** Requests that wait for their entry; costs a walk over the entries under way. */
    public long pendingCommands() {
        return pending.stream()
                .filter(proposal -> !proposal.isSettled())
                .mapToLong(proposal -> proposal.commands().size())
                .sum();
    }

    /** Requests whose entry failed, or was not applied in time. */
    public long failedCommands() {
        return failures.sum();
    }

    /** Proposes what waits for a leader; called when there is one, and from time to time. */
    public void retryParked() {
        if (parked.isEmpty() || !raft.leadership().hasLeader()) {
            return;
        }
        for (int left = parked.size(); left > 0; left--) {
            CommandProposal next = parked.poll();
            if (next == null) {
                return;
            }
            parkedBytes.addAndGet(-next.data().remaining());
            if (!next.isSettled()) {
                route(next);
            }
        }
    }

    /** Fails all that waits: nobody will apply it here any more. It may still take effect. */
    @Override
    public void close() {
        closed = true;
        for (CommandProposal left = pending.poll(); left != null; left = pending.poll()) {
            left.failOnOrigin(EtcdError.STOPPED.exception());
        }
        parked.clear();
    }

    /** The largest entry that a member makes. */
    static int maxEntryBytes(int maxRequestBytes) {
        return MAX_ENTRY_BYTES + maxRequestBytes + (64 << 10);
    }

    private void propose(List<Command> commands, List<OutcomeListener> listeners, LoopContext origin, long startNanos) {
        long first = sequence.getAndAdd(Math.max(1, commands.size()));
        ByteBuffer entry = ByteBuffer.wrap(CommandCodec.encode(memberId, first, commands));
        CommandProposal proposal = new CommandProposal(
                entry, first, commands, listeners, origin, startNanos, this::notApplied, failures, metrics);
        forgetSettled();
        pending.add(proposal);
        if (closed) {
            proposal.failOnOrigin(EtcdError.STOPPED.exception());
        } else if (raft.isSoleVoter() && raft.leadership().self()) {
            raft.propose(proposal);
        } else {
            own.add(proposal);
            route(proposal);
        }
    }

    private void route(CommandProposal proposal) {
        Leadership leadership = raft.leadership();
        if (leadership.self()) {
            raft.propose(proposal);
        } else if (leadership.hasLeader()) {
            forward(proposal, leadership.leaderMemberId());
        } else {
            park(proposal);
        }
    }

    private void forward(CommandProposal proposal, long leader) {
        var unused = peers.call(leader, ProposalService.METHOD, proposal.data().array(), Duration.ofNanos(timeoutNanos))
                .whenComplete((applied, failure) -> {
                    if (failure instanceof PeerException known) {
                        notProposed(proposal, known);
                    }
                });
    }

    private void notProposed(CommandProposal proposal, PeerException why) {
        switch (why.kind()) {
            case NOT_SENT, NOT_LEADER -> park(proposal);
            case BUSY -> refuse(proposal, EtcdError.TOO_MANY_REQUESTS);
            case ETCD_ERROR -> refuse(proposal, Objects.requireNonNullElse(why.etcdError(), EtcdError.TIMEOUT));
            case UNKNOWN -> LOG.debug("a forwarded proposal is left to its fate", why);
        }
    }

    /** Told by raft, on any thread. */
    private void notApplied(CommandProposal proposal, RaftException why) {
        if (why instanceof RaftException.Refused refused) {
            switch (refused.reason()) {
                case NOT_LEADER -> {
                    own.add(proposal);
                    park(proposal);
                }
                case BUSY -> refuse(proposal, EtcdError.TOO_MANY_REQUESTS);
                case TIMEOUT -> refuse(proposal, EtcdError.TIMEOUT);
                case STOPPED -> refuse(proposal, EtcdError.STOPPED);
            }
        } else if (!own.contains(proposal)) {
            proposal.failOnOrigin(why);
        }
        // Else the next leader may have it, and agree on it: it is answered if this member applies it, or too late.
    }

    private void park(CommandProposal proposal) {
        int bytes = proposal.data().remaining();
        if (parkedBytes.addAndGet(bytes) > MAX_PARKED_BYTES) {
            parkedBytes.addAndGet(-bytes);
            refuse(proposal, EtcdError.TOO_MANY_REQUESTS);
            return;
        }
        parked.add(proposal);
    }

    private void refuse(CommandProposal proposal, EtcdError error) {
        own.remove(proposal);
        proposal.failOnOrigin(error.exception());
    }

    /** At once, not when {@link #expire} next comes by: held until then, requests would outlive their generation on the heap. */
    private void forgetSettled() {
        for (CommandProposal oldest = pending.peek(); oldest != null && oldest.isSettled(); oldest = pending.peek()) {
            pending.remove(oldest);
        }
    }

    /** What one event loop has taken in since it last proposed. Confined to that loop's thread. */
    private final class Tick implements Runnable {
        private final LoopContext context;
        private List<Command> commands = new ArrayList<>();
        private List<OutcomeListener> listeners = new ArrayList<>();
        private int bytes;
        private long startNanos;

        Tick(LoopContext context) {
            this.context = context;
        }

        void add(Command command, OutcomeListener listener) {
            // Once an entry: raft takes a lock for each of the two numbers.
            if (commands.isEmpty() && isBehind()) {
                listener.failed(EtcdError.TOO_MANY_REQUESTS.exception());
                return;
            }
            int size = CommandCodec.sizeOf(command);
            if (bytes > 0 && bytes + size > MAX_ENTRY_BYTES) {
                run();
            }
            if (commands.isEmpty()) {
                startNanos = System.nanoTime();
                context.execute(this);
            }
            commands.add(command);
            listeners.add(listener);
            bytes += size;
            if (commands.size() == MAX_ENTRY_COMMANDS) {
                run();
            }
        }

        @Override
        public void run() {
            if (commands.isEmpty()) {
                return;
            }
            List<Command> full = commands;
            List<OutcomeListener> waiting = listeners;
            commands = new ArrayList<>();
            listeners = new ArrayList<>();
            bytes = 0;
            propose(full, waiting, context, startNanos);
        }
    }
}
