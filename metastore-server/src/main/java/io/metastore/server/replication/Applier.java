package io.metastore.server.replication;

import io.metastore.api.EtcdError;
import io.metastore.raft.CommittedEntry;
import io.metastore.raft.Leadership;
import io.metastore.raft.ReplicatedStateMachine;
import io.metastore.raft.SnapshotWork;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.server.slow.SlowApplies;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.CommandCodec;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns agreed entries into state and tells who waits. Runs on raft's one apply thread.
 *
 * <p>All entries of a call become one engine write; when it is done, each event loop gets its answers as one task.
 */
public final class Applier implements ReplicatedStateMachine {
    private static final Outcome NO_SPACE = new Outcome.Rejected(EtcdError.NO_SPACE);

    /** Where a snapshot holds the engine's checkpoint, which wants a directory of its own making. */
    private static final String STATE = "state";

    private final StateMachine state;
    private final Quota quota;
    private final OwnProposals own;
    private final SlowApplies slow;
    private final RequestMetrics metrics;
    private final List<Consumer<Leadership>> leadershipListeners = new CopyOnWriteArrayList<>();

    // Of the batch under way; apply thread.
    private long clock;

    private volatile boolean loading;

    /**
     * @param quota what this member allows: asked for the commands that it took itself, whose clients are told
     * @param slow told how long it took
     * @param metrics told how long each command took, and each write of a batch to the engine
     */
    public Applier(StateMachine state, Quota quota, OwnProposals own, SlowApplies slow, RequestMetrics metrics) {
        this.own = own;
        this.slow = slow;
        this.metrics = metrics;
        this.state = state;
        this.quota = quota;
    }

    /** Where a snapshot has the copy of the state. */
    public static Path stateIn(Path snapshot) {
        return snapshot.resolve(STATE);
    }

    /** The listener is called on the apply thread and must not block. */
    public void onLeadership(Consumer<Leadership> listener) {
        leadershipListeners.add(listener);
    }

    @Override
    public long appliedIndex() {
        return state.appliedIndex();
    }

    @Override
    public long appliedTerm() {
        return state.appliedTerm();
    }

    @Override
    public void apply(List<CommittedEntry> batch) {
        Map<LoopContext, List<Runnable>> answers = new LinkedHashMap<>();
        List<ForwardedProposal> forwarded = null;
        long since = slow.now();
        clock = System.nanoTime();
        for (CommittedEntry entry : batch) {
            List<Command> commands;
            CommandProposal proposal = ownOf(entry);
            if (proposal != null) {
                commands = proposal.commands();
                List<Outcome> outcomes = applyOwn(commands, entry);
                answers.computeIfAbsent(proposal.origin(), origin -> new ArrayList<>())
                        .add(() -> proposal.deliver(outcomes));
            } else if (entry.proposal() instanceof ForwardedProposal others) {
                commands = others.commands();
                applyOthers(commands, entry);
                forwarded = forwarded == null ? new ArrayList<>() : forwarded;
                forwarded.add(others);
            } else {
                commands = CommandCodec.decode(entry.data()).commands();
                clock = System.nanoTime();
                applyOthers(commands, entry);
            }
            since = slow.executed(since, commands);
        }
        CommittedEntry last = batch.get(batch.size() - 1);
        long start = System.nanoTime();
        state.commit(last.index(), last.term());
        metrics.committed(System.nanoTime() - start);
        slow.written(since, batch.size());
        answers.forEach((origin, deliveries) -> origin.execute(() -> deliveries.forEach(Runnable::run)));
        if (forwarded != null) {
            forwarded.forEach(ForwardedProposal::applied);
        }
    }

    /** What this member took itself: proposed here, or through another leader than the one that was asked. */
    private @Nullable CommandProposal ownOf(CommittedEntry entry) {
        if (entry.proposal() instanceof CommandProposal proposal) {
            own.remove(proposal);
            return proposal;
        }
        return entry.proposal() == null ? own.take(CommandCodec.originOf(entry.data())) : null;
    }

    /** Past the quota a command is executed all the same, as others execute it, but its client is told (etcd: apply/quota.go). */
    private List<Outcome> applyOwn(List<Command> commands, CommittedEntry entry) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        for (Command command : commands) {
            boolean fits = quota.hasSpaceFor(command);
            Outcome outcome = state.apply(command, entry.index(), entry.term());
            Outcome told = fits || outcome instanceof Outcome.Rejected ? outcome : NO_SPACE;
            applied(command, told);
            outcomes.add(told);
        }
        return outcomes;
    }

    private void applyOthers(List<Command> commands, CommittedEntry entry) {
        for (Command command : commands) {
            applied(command, state.apply(command, entry.index(), entry.term()));
        }
    }

    /** The clock is read once for a command: where one ends, the next begins. */
    private void applied(Command command, Outcome outcome) {
        long now = System.nanoTime();
        // That it was done before is no failure (etcd: apply/uber_applier.go).
        boolean success = !(outcome instanceof Outcome.Rejected rejected) || rejected.error() == EtcdError.COMPACTED;
        metrics.applied(command, success, now - clock);
        clock = now;
    }

    @Override
    public void appliedEmpty(long index, long term) {
        state.commit(index, term);
    }

    @Override
    public void prepareSave() {
        state.prepareSave();
    }

    @Override
    public SnapshotWork save(Path directory) throws IOException {
        state.saveTo(stateIn(directory));
        return SnapshotWork.NONE;
    }

    @Override
    public void load(Path directory, long index, long term) throws IOException {
        loading = true;
        try {
            state.loadFrom(stateIn(directory));
        } finally {
            loading = false;
        }
    }

    /** Whether the state is being replaced by the leader's. */
    public boolean isLoading() {
        return loading;
    }

    @Override
    public void leadershipChanged(Leadership leadership) {
        leadershipListeners.forEach(listener -> listener.accept(leadership));
    }
}
