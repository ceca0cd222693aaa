package io.metastore.server.replication;

import io.metastore.raft.Proposal;
import io.metastore.raft.RaftException;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The commands of one tick on their way to agreement, in one raft entry, with who waits for each.
 *
 * <p>Settled once: by the apply thread with outcomes, by raft with a failure, or by time.
 */
final class CommandProposal implements Proposal {
    private final ByteBuffer data;
    private final List<Command> commands;
    private final List<OutcomeListener> listeners;
    private final LoopContext origin;
    private final long startNanos;
    private final AtomicBoolean settled = new AtomicBoolean();

    CommandProposal(
            ByteBuffer data,
            List<Command> commands,
            List<OutcomeListener> listeners,
            LoopContext origin,
            long startNanos) {
        this.data = data;
        this.commands = commands;
        this.listeners = listeners;
        this.origin = origin;
        this.startNanos = startNanos;
    }

    @Override
    public ByteBuffer data() {
        return data;
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
            for (int i = 0; i < listeners.size(); i++) {
                listeners.get(i).applied(outcomes.get(i));
            }
        }
    }

    @Override
    public void failed(RaftException why) {
        origin.execute(() -> fail(why));
    }

    /** On the origin's thread. */
    void fail(Throwable why) {
        if (settled.compareAndSet(false, true)) {
            for (OutcomeListener listener : listeners) {
                listener.failed(why);
            }
        }
    }
}
