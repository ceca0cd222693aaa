package io.metastore.server.replication;

import io.metastore.api.EtcdError;
import io.metastore.raft.Leadership;
import io.metastore.raft.RaftNode;
import io.metastore.server.peer.PeerNetwork;
import java.time.Duration;

/**
 * Which of etcd's three texts a request gets that was not answered in time (etcd: v3_server.go, parseProposeCtxErr). All three
 * leave open whether it takes effect.
 */
public final class TimeoutCause {
    private final RaftNode raft;
    private final PeerNetwork peers;
    private final long memberId;
    private final long twoElectionsNanos;

    // Written by the apply thread.
    private volatile long electedNanos = System.nanoTime();
    private volatile long leader;

    public TimeoutCause(RaftNode raft, PeerNetwork peers, long memberId, Duration electionTimeout) {
        this.raft = raft;
        this.peers = peers;
        this.memberId = memberId;
        this.twoElectionsNanos = 2 * electionTimeout.toNanos();
    }

    /** Apply thread. */
    public void leadershipChanged(Leadership now) {
        if (now.hasLeader() && now.leaderMemberId() != leader) {
            leader = now.leaderMemberId();
            electedNanos = System.nanoTime();
        }
    }

    EtcdError of(long startNanos) {
        long elected = electedNanos;
        if (startNanos - (elected - twoElectionsNanos) > 0 && startNanos - elected < 0) {
            return EtcdError.TIMEOUT_LEADER_FAILED;
        }
        Leadership now = raft.leadership();
        Duration since = Duration.ofNanos(System.nanoTime() - startNanos);
        if (now.self()) {
            return hasHeldQuorumFor(since) ? EtcdError.TIMEOUT : EtcdError.TIMEOUT_CONNECTION_LOST;
        }
        return !now.hasLeader() || isConnectedFor(now.leaderMemberId(), since)
                ? EtcdError.TIMEOUT
                : EtcdError.TIMEOUT_CONNECTION_LOST;
    }

    private boolean hasHeldQuorumFor(Duration since) {
        var voters = raft.members().voters();
        long connected = voters.stream()
                .filter(voter -> voter == memberId || isConnectedFor(voter, since))
                .count();
        return connected > voters.size() / 2;
    }

    private boolean isConnectedFor(long member, Duration since) {
        Duration connected = peers.connectedFor(member);
        return connected != null && connected.compareTo(since) >= 0;
    }
}
