package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands agreed entries to the state machine. Runs on jraft's one apply thread, the only writer of replicated state.
 *
 * <p>What the state holds already is skipped. Whatever the state machine throws stops the member: it would differ from
 * the others from here on.
 */
final class ApplyLoop extends StateMachineAdapter {

    /**
     * Bounds one write of the state, and with it how long the first of many waits for its answer: the answers of one batch
     * leave while the next is applied.
     */
    private static final int MAX_BATCH_ENTRIES = 1024;

    private static final int MAX_BATCH_BYTES = 32 << 10;

    /** Told what happened, on the apply thread. */
    interface Listener {

        /**
         * Entries are agreed on and will be applied next.
         *
         * @param awaited whether another member waits for one of them
         */
        void committed(boolean awaited);

        void applied(long index, int entries, long bytes);

        void leadershipChanged(Leadership leadership);
    }

    private final ReplicatedStateMachine machine;
    private final SnapshotFiles snapshots;
    private final long self;
    private final Fatal fatal;
    private final Listener listener;

    private long applied;
    private long term;

    /** Of the batch at hand. */
    private long batchBytes;

    ApplyLoop(ReplicatedStateMachine machine, SnapshotFiles snapshots, long self, Fatal fatal, Listener listener) {
        this.machine = machine;
        this.snapshots = snapshots;
        this.self = self;
        this.fatal = fatal;
        this.listener = listener;
        this.applied = machine.appliedIndex();
    }

    @Override
    public void onApply(Iterator entries) {
        while (entries.hasNext()) {
            List<CommittedEntry> batch = new ArrayList<>();
            int taken = 0;
            try {
                long emptyIndex = 0;
                long emptyTerm = 0;
                batchBytes = 0;
                while (entries.hasNext() && taken < MAX_BATCH_ENTRIES && batchBytes < MAX_BATCH_BYTES) {
                    CommittedEntry entry = next(entries);
                    taken++;
                    if (entry == null) {
                        continue;
                    }
                    if (entry.data().hasRemaining()) {
                        batch.add(entry);
                    } else {
                        emptyIndex = entry.index();
                        emptyTerm = entry.term();
                    }
                    applied = entry.index();
                }
                if (!batch.isEmpty()) {
                    listener.committed(isAwaited(batch));
                    machine.apply(batch);
                }
                if (emptyIndex == applied && emptyIndex != 0) {
                    machine.appliedEmpty(emptyIndex, emptyTerm);
                }
            } catch (Throwable failure) {
                stop(entries, batch, Math.max(1, taken), failure);
                return;
            }
            listener.applied(applied, batch.size(), batchBytes);
        }
    }

    private static boolean isAwaited(List<CommittedEntry> batch) {
        for (CommittedEntry entry : batch) {
            Proposal proposal = entry.proposal();
            if (proposal != null && proposal.isForwarded()) {
                return true;
            }
        }
        return false;
    }

    /** Null if the state holds the entry already. */
    private @Nullable CommittedEntry next(Iterator entries) {
        long index = entries.getIndex();
        CommittedEntry entry = null;
        if (index > applied) {
            ByteBuffer data = entries.getData().duplicate();
            batchBytes += data.remaining();
            entry = new CommittedEntry(index, entries.getTerm(), data, ProposalClosure.claim(entries.done()));
        }
        entries.next();
        return entry;
    }

    private void stop(Iterator entries, List<CommittedEntry> batch, int taken, Throwable failure) {
        fatal.report("entries up to %d cannot be applied".formatted(applied), failure);
        var unknown = new RaftException.OutcomeUnknown("the member failed while applying", failure);
        for (CommittedEntry entry : batch) {
            Proposal proposal = entry.proposal();
            if (proposal != null) {
                proposal.failed(unknown);
            }
        }
        // Else jraft would offer the same entries again.
        entries.setErrorAndRollback(taken, new Status(RaftError.ESTATEMACHINE, "apply failed: %s", failure));
    }

    // ---- snapshots

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        snapshots.save(writer, done);
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        boolean loaded = snapshots.load(reader);
        if (loaded && machine.appliedIndex() > applied) {
            applied = machine.appliedIndex();
            listener.applied(applied, 0, 0);
        }
        return loaded;
    }

    // ---- leadership

    /** Called when an entry of the new term, the configuration, was applied: the order of the log makes it so. */
    @Override
    public void onLeaderStart(long newTerm) {
        term = newTerm;
        changed(Leadership.self(newTerm, self));
    }

    @Override
    public void onLeaderStop(Status status) {
        changed(Leadership.of(term, 0));
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        term = context.getTerm();
        changed(Leadership.of(term, PeerIds.memberId(context.getLeaderId())));
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        term = Math.max(term, context.getTerm());
        changed(Leadership.of(term, 0));
    }

    private void changed(Leadership leadership) {
        try {
            listener.leadershipChanged(leadership);
        } catch (Throwable failure) {
            fatal.report("change of leadership to " + leadership, failure);
        }
    }

    @Override
    public void onError(com.alipay.sofa.jraft.error.RaftException e) {
        fatal.report("raft: " + e.getStatus().getErrorMsg(), e);
    }

    @Override
    public void onShutdown() {}
}
