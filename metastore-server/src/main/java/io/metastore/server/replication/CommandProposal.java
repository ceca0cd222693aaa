package io.metastore.server.replication;

import io.metastore.raft.Proposal;
import io.metastore.raft.RaftException;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * The commands of one tick on their way to agreement, in one raft entry, with who waits for each.
 *
 * <p>Settled once: by the apply thread with outcomes, by raft with a failure, or by time.
 */
final class CommandProposal implements Proposal {
    private final ByteBuffer data;
    private final long sequence;
    private final List<Command> commands;
    private final List<OutcomeListener> listeners;
    private final LoopContext origin;
    private final long startNanos;
    private final BiConsumer<CommandProposal, RaftException> onFailure;
    private final LongAdder failures;
    private final RequestMetrics metrics;
    private final AtomicBoolean settled = new AtomicBoolean();

    /**
     * @param onFailure told by raft when it cannot say that the proposal was applied
     * @param startNanos when the first of the commands came
     * @param failures of requests, counted here
     */
    CommandProposal(
            ByteBuffer data,
            long sequence,
            List<Command> commands,
            List<OutcomeListener> listeners,
            LoopContext origin,
            long startNanos,
            BiConsumer<CommandProposal, RaftException> onFailure,
            LongAdder failures,
            RequestMetrics metrics) {
        this.failures = failures;
        this.metrics = metrics;
        this.data = data;
        this.sequence = sequence;
        this.onFailure = onFailure;
        this.commands = commands;
        this.listeners = listeners;
        this.origin = origin;
        this.startNanos = startNanos;
    }

    @Override
    public ByteBuffer data() {
        return data;
    }

    long sequence() {
        return sequence;
    }

    List<Command> commands() {
        return commands;
    }

    LoopContext origin() {
        return origin;
    }

    long startNanos() {
        return startNanos;
    }

    boolean isSettled() {
        return settled.get();
    }

    /** On the origin's thread. */
    void deliver(List<Outcome> outcomes) {
        if (settled.compareAndSet(false, true)) {
            metrics.answered(commands, System.nanoTime() - startNanos);
            for (int i = 0; i < listeners.size(); i++) {
                listeners.get(i).applied(outcomes.get(i));
            }
        }
    }

    @Override
    public void failed(RaftException why) {
        onFailure.accept(this, why);
    }

    /** Any thread. Where the origin has ended, as at a stop, its connections have too: nobody is left to be told. */
    void failOnOrigin(Throwable why) {
        try {
            origin.execute(() -> fail(why));
        } catch (RejectedExecutionException ended) {
            settled.set(true);
        }
    }

    /** On the origin's thread. */
    void fail(Throwable why) {
        if (settled.compareAndSet(false, true)) {
            failures.add(listeners.size());
            metrics.failed(commands, System.nanoTime() - startNanos);
            for (OutcomeListener listener : listeners) {
                listener.failed(why);
            }
        }
    }
}
