package io.metastore.server.replication;

import io.metastore.api.EtcdError;
import io.metastore.raft.RaftNode;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandCodec;
import io.metastore.storage.state.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes commands to agreement: encodes once, proposes once, never again by itself.
 *
 * <p>What an event loop submits while it works off one wake-up goes into one raft entry, proposed by a task at the end of
 * the tick: no extra thread, no timer, so no added latency when little is going on. Each such tick belongs to its loop's
 * thread. Callers without a loop propose at once.
 */
public final class Replicator {
    /** Bounds one raft entry; a tick with more makes several. */
    private static final int MAX_ENTRY_BYTES = 512 << 10;
    /** So that the first commands of a long tick are on their way to disk while the last are still being read. */
    private static final int MAX_ENTRY_COMMANDS = 64;
    /** etcd's bound between committed and applied index before it refuses (etcd: maxGapBetweenApplyAndCommitIndex). */
    private static final long MAX_GAP_ENTRIES = 5000;

    private final RaftNode raft;
    private final long memberId;
    private final int maxRequestBytes;
    private final LoopContext shared;
    private final long timeoutNanos;
    private final AtomicLong sequence;
    private final Map<LoopContext, Tick> ticks = new ConcurrentHashMap<>();
    private final Queue<CommandProposal> pending = new ConcurrentLinkedQueue<>();

    /**
     * @param firstSequence where this process starts numbering its entries; random, so that no other run of this member used it
     * @param shared the context of submitters that have no event loop
     */
    public Replicator(
            RaftNode raft,
            long memberId,
            long firstSequence,
            int maxRequestBytes,
            LoopContext shared,
            Duration requestTimeout) {
        this.raft = raft;
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
            listener.failed(EtcdError.REQUEST_TOO_LARGE.exception());
            return;
        }
        if (raft.committedIndex() - raft.appliedIndex() > MAX_GAP_ENTRIES) {
            listener.failed(EtcdError.TOO_MANY_REQUESTS.exception());
            return;
        }
        if (context == null) {
            propose(new ArrayList<>(List.of(command)), new ArrayList<>(List.of(listener)), shared);
            return;
        }
        ticks.computeIfAbsent(context, Tick::new).add(command, listener);
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

    /** Fails what has waited too long; called from time to time. What is failed may still take effect. */
    public void expire(long nowNanos) {
        for (CommandProposal oldest = pending.peek(); oldest != null; oldest = pending.peek()) {
            if (!oldest.isSettled()) {
                if (nowNanos - oldest.startNanos() < timeoutNanos) {
                    return;
                }
                CommandProposal late = oldest;
                late.origin().execute(() -> late.fail(EtcdError.TIMEOUT.exception()));
            }
            pending.remove(oldest);
        }
    }

    private void propose(List<Command> commands, List<OutcomeListener> listeners, LoopContext origin) {
        ByteBuffer entry =
                ByteBuffer.wrap(CommandCodec.encode(memberId, sequence.getAndAdd(commands.size()), commands));
        CommandProposal proposal = new CommandProposal(entry, commands, listeners, origin, System.nanoTime());
        forgetSettled();
        pending.add(proposal);
        raft.propose(proposal);
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

        Tick(LoopContext context) {
            this.context = context;
        }

        void add(Command command, OutcomeListener listener) {
            int size = CommandCodec.sizeOf(command);
            if (bytes > 0 && bytes + size > MAX_ENTRY_BYTES) {
                run();
            }
            if (commands.isEmpty()) {
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
            propose(full, waiting, context);
        }
    }
}
