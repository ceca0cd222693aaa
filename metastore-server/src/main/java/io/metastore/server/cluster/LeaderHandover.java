package io.metastore.server.cluster;

import io.metastore.api.EtcdError;
import io.metastore.raft.RaftException;
import io.metastore.raft.RaftNode;
import io.metastore.server.peer.PeerNetwork;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the lead over, when asked to and before this member stops (etcd: server.go, MoveLeader, TryTransferLeadershipOnShutdown). */
public final class LeaderHandover {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderHandover.class);
    private static final long LOOK_MILLIS = 10;

    private final RaftNode raft;
    private final PeerNetwork peers;
    private final long self;
    private final ScheduledExecutorService timer;
    private final Duration electionTimeout;

    public LeaderHandover(
            RaftNode raft, PeerNetwork peers, long self, ScheduledExecutorService timer, Duration electionTimeout) {
        this.raft = raft;
        this.peers = peers;
        this.self = self;
        this.timer = timer;
        this.electionTimeout = electionTimeout;
    }

    /**
     * Completes when the other leads; tried again until then, or until nobody waits any more.
     *
     * @param abandoned whether nobody waits
     */
    public CompletableFuture<Void> moveTo(long member, BooleanSupplier abandoned) {
        if (!raft.leadership().self()) {
            return CompletableFuture.failedFuture(EtcdError.NOT_LEADER.exception());
        }
        if (!raft.members().voters().contains(member)) {
            return CompletableFuture.failedFuture(EtcdError.BAD_LEADER_TRANSFEREE.exception());
        }
        CompletableFuture<Void> moved = new CompletableFuture<>();
        look(member, abandoned, moved);
        return moved;
    }

    private void look(long member, BooleanSupplier abandoned, CompletableFuture<Void> moved) {
        if (raft.leadership().leaderMemberId() == member) {
            moved.complete(null);
            return;
        }
        if (abandoned.getAsBoolean()) {
            moved.completeExceptionally(EtcdError.TIMEOUT_LEADER_TRANSFER.exception());
            return;
        }
        if (raft.leadership().self()) {
            begin(member);
        }
        var unused = timer.schedule(() -> look(member, abandoned, moved), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private boolean begin(long member) {
        try {
            raft.transferLeadership(member);
            LOG.info("leadership transfer started to={}", Long.toHexString(member));
            return true;
        } catch (RaftException.Refused notNow) {
            LOG.debug("leadership not transferred", notNow);
            return false;
        }
    }

    /** Before this member stops: whoever has most of the log is to lead. Waits for an election timeout at most. */
    public void handOver() {
        if (!raft.leadership().self()) {
            return;
        }
        Optional<Long> next = raft.members().voters().stream()
                .filter(voter -> voter != self && peers.connectedFor(voter) != null)
                .max(Comparator.comparingLong(
                        voter -> raft.lastLogIndexOf(voter).orElse(0)));
        if (next.isEmpty() || !begin(next.get())) {
            return;
        }
        long deadline = System.nanoTime() + electionTimeout.toNanos();
        while (raft.leadership().leaderMemberId() != next.get() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        LOG.info("leadership transfer finished to={}", Long.toHexString(next.get()));
    }
}
