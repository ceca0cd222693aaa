package io.metastore.server.corruption;

import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.raft.RaftNode;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.mvcc.KvHash;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.StateMachine;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: compares members again and again, and raises CORRUPT for who differs (etcd: server/etcdserver/corrupt.go). Its
 * ticks come from the maintenance thread and do not wait: a comparison that is not over yet lets a tick pass.
 */
public final class CorruptionMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(CorruptionMonitor.class);

    private final long self;
    private final StateMachine state;
    private final RaftNode raft;
    private final PeerHashes hashes;
    private final Function<Command, CompletableFuture<?>> submit;
    private final AtomicLong lastChecked = new AtomicLong();
    // Of the maintenance thread.
    private CompletableFuture<?> states = CompletableFuture.completedFuture(null);
    private CompletableFuture<?> compactions = CompletableFuture.completedFuture(null);

    /**
     * @param submit has a command agreed on
     */
    public CorruptionMonitor(
            long self,
            StateMachine state,
            RaftNode raft,
            PeerHashes hashes,
            Function<Command, CompletableFuture<?>> submit) {
        this.self = self;
        this.state = state;
        this.raft = raft;
        this.hashes = hashes;
        this.submit = submit;
    }

    /** Maintenance thread: starts a comparison of the current states, on the leader. */
    public void compareStates() {
        if (states.isDone()) {
            states = ifLeader("states", this::states);
        }
    }

    /** Maintenance thread: starts a comparison of what compactions left hashes of, on the leader. */
    public void compareCompactions() {
        if (compactions.isDone()) {
            compactions = ifLeader(
                    "compactions",
                    () -> compactions(state.store().compactionHashes().iterator()));
        }
    }

    private CompletableFuture<?> ifLeader(String what, Supplier<CompletableFuture<Void>> comparison) {
        if (!raft.leadership().self() || others().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return comparison.get().exceptionally(failure -> {
            LOG.warn("members not compared what={} reason={}", what, String.valueOf(failure.getMessage()));
            return null;
        });
    }

    private List<Long> others() {
        return state.members().members().stream()
                .map(Member::id)
                .filter(id -> id != self)
                .toList();
    }

    private CompletableFuture<Void> states() {
        return hashes.here(0).thenCompose(before -> hashes.of(others(), before.hashRevision())
                .thenCompose(
                        told -> applied().thenCompose(all -> hashes.here(0)).thenAccept(after -> {
                            Verdict verdict = Verdict.ofStates(self, before, after, told);
                            LOG.info(
                                    "finished peer corruption check revision={} complete={} accused={}",
                                    before.hashRevision(),
                                    verdict.complete(),
                                    verdict.accused().size());
                            accuse(verdict, before, told);
                        })));
    }

    /** When everything is applied here that was agreed on before. */
    private CompletableFuture<Void> applied() {
        CompletableFuture<Void> applied = new CompletableFuture<>();
        raft.reads().pass(() -> applied.complete(null), applied::completeExceptionally);
        return applied;
    }

    /** The newest first: if all have that one and agree, they agreed on those before it too. */
    private CompletableFuture<Void> compactions(Iterator<KvHash> newestFirst) {
        if (!newestFirst.hasNext()) {
            return CompletableFuture.completedFuture(null);
        }
        KvHash mine = newestFirst.next();
        if (mine.hashRevision() <= lastChecked.get()) {
            return CompletableFuture.completedFuture(null);
        }
        return hashes.of(others(), mine.hashRevision()).thenCompose(told -> {
            Verdict verdict = Verdict.ofCompaction(self, mine, told);
            LOG.info(
                    "finished compaction hash check revision={} complete={} accused={}",
                    mine.hashRevision(),
                    verdict.complete(),
                    verdict.accused().size());
            if (!verdict.complete()) {
                return compactions(newestFirst);
            }
            if (verdict.accused().isEmpty()) {
                lastChecked.accumulateAndGet(mine.hashRevision(), Math::max);
            } else {
                accuse(verdict, mine, told);
            }
            return CompletableFuture.completedFuture(null);
        });
    }

    private void accuse(Verdict verdict, KvHash mine, List<PeerHash> told) {
        for (long member : verdict.accused()) {
            LOG.error(
                    "data of members differ accused={} reason=\"{}\" mine={} others={}",
                    Long.toHexString(member),
                    verdict.why(),
                    mine,
                    told);
            if (!isActive(member)) {
                var unused = submit.apply(new Command.Alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                                .setAlarm(AlarmType.CORRUPT)
                                .setMemberID(member)
                                .build()))
                        .exceptionally(failure -> {
                            LOG.warn("alarm not raised type=CORRUPT reason={}", String.valueOf(failure.getMessage()));
                            return null;
                        });
            }
        }
    }

    private boolean isActive(long member) {
        return state.alarms().active(AlarmType.CORRUPT).stream()
                .mapToLong(AlarmMember::getMemberID)
                .anyMatch(accused -> accused == member);
    }
}
