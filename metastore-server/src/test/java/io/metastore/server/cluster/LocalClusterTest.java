package io.metastore.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.MemberPromoteRequest;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.MoveLeaderRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.cluster.LocalCluster.LocalMember;
import io.metastore.server.config.Flag;
import io.metastore.server.process.Eventually;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several members in this JVM. */
@Timeout(90)
class LocalClusterTest {

    @TempDir
    Path directory;

    private LocalCluster cluster;

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
            assertThat(cluster.failures).isEmpty();
        }
    }

    private void start(int size) throws Exception {
        cluster = new LocalCluster(directory, size, Map.of(Flag.STRICT_RECONFIG_CHECK, "false"));
    }

    private static void put(LocalMember member, String key) {
        KVGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build());
    }

    private static long count(LocalMember member, String key, boolean serializable) {
        return KVGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setSerializable(serializable)
                        .build())
                .getCount();
    }

    private static ClusterGrpc.ClusterBlockingStub clusterOf(LocalMember member) {
        return ClusterGrpc.newBlockingStub(member.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void threeMembersAnswerForEachOther() throws Exception {
        start(3);
        for (LocalMember writer : cluster.members()) {
            put(writer, "of-" + writer.name());
            for (LocalMember reader : cluster.members()) {
                assertThat(count(reader, "of-" + writer.name(), false)).isEqualTo(1);
            }
        }
        LocalMember follower = cluster.awaitFollower();
        long lease = LeaseGrpc.newBlockingStub(follower.channel())
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
        assertThat(LeaseGrpc.newBlockingStub(follower.channel())
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                        .getGrantedTTL())
                .isEqualTo(60);
    }

    @Test
    void theLeadIsHandedOver() throws Exception {
        start(3);
        LocalMember leader = cluster.awaitLeader();
        LocalMember next = cluster.awaitFollower();
        MoveLeaderRequest move =
                MoveLeaderRequest.newBuilder().setTargetID(next.id()).build();
        assertThatThrownBy(() -> MaintenanceGrpc.newBlockingStub(next.channel()).moveLeader(move))
                .hasMessageContaining(EtcdError.NOT_LEADER.text());
        assertThatThrownBy(() -> MaintenanceGrpc.newBlockingStub(leader.channel())
                        .moveLeader(
                                MoveLeaderRequest.newBuilder().setTargetID(9).build()))
                .hasMessageContaining(EtcdError.BAD_LEADER_TRANSFEREE.text());

        var unused = MaintenanceGrpc.newBlockingStub(leader.channel())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .moveLeader(move);

        assertThat(cluster.awaitLeader()).isEqualTo(next);
        cluster.stop(next);
        assertThat(cluster.awaitLeader()).isNotEqualTo(next);
        put(cluster.awaitLeader(), "after");
    }

    @Test
    void aMemberIsAddedAsALearnerAndPromoted() throws Exception {
        start(1);
        LocalMember first = cluster.awaitLeader();
        put(first, "before");
        Member added = clusterOf(first)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(cluster.newPeerUrl("m2"))
                        .setIsLearner(true)
                        .build())
                .getMember();
        put(first, "while it is away");
        assertThatThrownBy(() -> promote(first, added.getID()))
                .hasMessageContaining(EtcdError.LEARNER_NOT_READY.text());

        LocalMember learner = cluster.join("m2");

        assertThat(learner.status().getIsLearner()).isTrue();
        Eventually.await(LocalCluster.BOUND, () -> "the learner has all", () -> count(learner, "before", true) == 1);
        assertThatThrownBy(() -> count(learner, "before", false))
                .hasMessageContaining(EtcdError.NOT_SUPPORTED_FOR_LEARNER.text());
        Eventually.answer(LocalCluster.BOUND, () -> promote(first, added.getID()));
        Eventually.await(LocalCluster.BOUND, () -> "it knows", () -> count(learner, "before", false) == 1);
        put(learner, "by the new voter");
        // With a vote of its own it can lead.
        var unused = MaintenanceGrpc.newBlockingStub(first.channel())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .moveLeader(
                        MoveLeaderRequest.newBuilder().setTargetID(learner.id()).build());
        assertThat(cluster.awaitLeader()).isEqualTo(learner);
        assertThatThrownBy(() -> promote(first, added.getID()))
                .hasMessageContaining(EtcdError.MEMBER_NOT_LEARNER.text());
    }

    @Test
    void aLearnerThatIsToldSoPromotesItself() throws Exception {
        start(1);
        LocalMember first = cluster.awaitLeader();
        put(first, "before");
        clusterOf(first)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(cluster.newPeerUrl("m2"))
                        .setIsLearner(true)
                        .build());

        LocalMember learner = cluster.join("m2", Map.of(Flag.PROMOTE_WHEN_READY, "true"));

        Eventually.await(LocalCluster.BOUND, () -> "it has a vote", () -> !learner.status()
                .getIsLearner());
        Eventually.await(LocalCluster.BOUND, () -> "it serves", () -> count(learner, "before", false) == 1);
        put(learner, "by the new voter");
    }

    private static boolean promote(LocalMember member, long id) {
        return clusterOf(member)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(id).build())
                        .getMembersCount()
                == 2;
    }

    @Test
    void aMemberThatIsRemovedStops() throws Exception {
        start(3);
        LocalMember leader = cluster.awaitLeader();
        LocalMember gone = cluster.awaitFollower();
        long id = gone.id();

        assertThat(clusterOf(leader)
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
                        .getMembersList())
                .hasSize(2)
                .noneMatch(member -> member.getID() == id);

        gone.server().whenTerminated().get(20, TimeUnit.SECONDS);
        put(leader, "after");
        assertThatThrownBy(() -> clusterOf(leader)
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()))
                .hasMessageContaining(EtcdError.MEMBER_NOT_FOUND.text());
        assertThat(clusterOf(leader)
                        .memberList(MemberListRequest.newBuilder()
                                .setLinearizable(true)
                                .build())
                        .getMembersCount())
                .isEqualTo(2);
    }

    @Test
    void changesThatCouldCostTheQuorumAreRefused() throws Exception {
        cluster = new LocalCluster(directory, 1, Map.of());
        LocalMember only = cluster.awaitLeader();
        assertThatThrownBy(() -> clusterOf(only).memberAdd(MemberAddRequest.getDefaultInstance()))
                .hasMessageContaining(EtcdError.MEMBER_BAD_URLS.text());
        assertThatThrownBy(() -> clusterOf(only)
                        .memberRemove(MemberRemoveRequest.newBuilder()
                                .setID(only.id())
                                .build()))
                .hasMessageContaining(EtcdError.MEMBER_NOT_ENOUGH_STARTED.text());
        var unused = clusterOf(only)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(cluster.newPeerUrl("m2"))
                        .build());
        assertThatThrownBy(() -> clusterOf(only)
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs(cluster.newPeerUrl("m3"))
                                .build()))
                .hasMessageContaining(EtcdError.MEMBER_NOT_ENOUGH_STARTED.text());
        put(only, "still writes: the other has no vote before it is there");
    }
}
