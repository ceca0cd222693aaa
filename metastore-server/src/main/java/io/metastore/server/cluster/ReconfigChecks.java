package io.metastore.server.cluster;

import io.metastore.api.EtcdError;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses changes that could cost the quorum, as this member sees the others (etcd: server.go, mayAddMember and its like;
 * membership/cluster.go, IsReadyTo...).
 */
final class ReconfigChecks {
    private static final Duration HEALTHY_FOR = Duration.ofSeconds(5);

    private final MemberStore members;
    private final PeerNetwork peers;
    private final long self;

    ReconfigChecks(MemberStore members, PeerNetwork peers, long self) {
        this.members = members;
        this.peers = peers;
        this.self = self;
    }

    @Nullable
    EtcdError refusalToAdd(boolean learner) {
        List<Member> voters = voters();
        long started = voters.stream().filter(Member::hasStarted).count();
        int quorum = (voters.size() + 1) / 2 + 1;
        if (!learner && !(started == 1 && voters.size() == 1) && started < quorum) {
            return EtcdError.MEMBER_NOT_ENOUGH_STARTED;
        }
        return voters.size() > 1 && connected(voters) < quorum ? EtcdError.UNHEALTHY : null;
    }

    @Nullable
    EtcdError refusalToRemove(long id) {
        List<Member> voters = voters();
        if (voters.stream().noneMatch(voter -> voter.id() == id)) {
            return null; // a learner, or nobody: nobody's vote is lost
        }
        List<Member> rest = voters.stream().filter(voter -> voter.id() != id).toList();
        if (rest.stream().filter(Member::hasStarted).count() < rest.size() / 2 + 1) {
            return EtcdError.MEMBER_NOT_ENOUGH_STARTED;
        }
        if (id != self && peers.connectedFor(id) == null) {
            return null; // it has no part in the quorum as it is
        }
        return connected(voters) - 1 < 1 + (voters.size() - 1) / 2 ? EtcdError.UNHEALTHY : null;
    }

    @Nullable
    EtcdError refusalToPromote() {
        List<Member> voters = voters();
        long started = 1 + voters.stream().filter(Member::hasStarted).count();
        return started < (voters.size() + 1) / 2 + 1 ? EtcdError.MEMBER_NOT_ENOUGH_STARTED : null;
    }

    private List<Member> voters() {
        return members.members().stream().filter(member -> !member.learner()).toList();
    }

    private long connected(List<Member> voters) {
        return voters.stream()
                .filter(voter -> voter.id() == self || isHealthy(peers.connectedFor(voter.id())))
                .count();
    }

    private static boolean isHealthy(@Nullable Duration connected) {
        return connected != null && connected.compareTo(HEALTHY_FOR) >= 0;
    }
}
