package io.metastore.raft;

import static io.metastore.raft.LocalGroup.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.raft.CounterMachine.Add;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members in one JVM. */
@Timeout(90)
class RaftGroupTest {

    @TempDir
    Path dir;

    private LocalGroup group;

    @BeforeEach
    void make() {
        group = new LocalGroup(dir, 3);
    }

    @AfterEach
    void close() {
        group.close();
        assertThat(group.fatal).isEmpty();
    }

    @Test
    void electsALeaderAndReplicates() throws Exception {
        group.startAll();
        group.addMany(1000);
        group.awaitAgreement();
        assertThat(group.running().values().stream()
                        .filter(node -> node.leadership().self()))
                .hasSize(1);
    }

    @Test
    void followsANewLeaderWhenTheOldOneStops() throws Exception {
        group.startAll();
        group.addMany(100);
        long old = group.awaitLeader();
        group.stop(old);

        assertThat(group.awaitLeader()).isNotEqualTo(old);
        group.addMany(100);

        group.start(old);
        group.awaitAgreement();
    }

    @Test
    void readsAtEveryMemberWhatWasAcknowledgedBefore() throws Exception {
        group.startAll();
        for (int i = 1; i <= 50; i++) {
            long sum = group.add(1);
            assertThat(sum).isGreaterThanOrEqualTo(i);
            for (long id = 1; id <= 3; id++) {
                assertThat(group.read(id).get(10, TimeUnit.SECONDS))
                        .as("at %d", id)
                        .isGreaterThanOrEqualTo(sum);
            }
        }
    }

    @Test
    void sharesRoundsAmongManyReads() throws Exception {
        group.startAll();
        long follower = group.awaitFollower();
        long leader = group.awaitLeader();
        for (int i = 1; i <= 20; i++) {
            long sum = group.add(1);
            List<CompletableFuture<Long>> reads = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                reads.add(group.read(follower));
                reads.add(group.read(leader));
            }
            for (CompletableFuture<Long> read : reads) {
                assertThat(read.get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(sum);
            }
        }
    }

    @Test
    void aLeaderThatIsCutOffAnswersNoReadAndNoWrite() throws Exception {
        group.startAll();
        group.addMany(10);
        long old = group.awaitLeader();
        group.network.cut((from, to) -> from == old || to == old);

        Add lost = new Add(1000);
        group.node(old).propose(lost);
        assertThatThrownBy(() -> group.read(old).get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(RaftException.Refused.class);
        eventually("another leader", () -> group.running().entrySet().stream()
                .anyMatch(each ->
                        each.getKey() != old && each.getValue().leadership().self()));
        long leader = group.running().entrySet().stream()
                .filter(each ->
                        each.getKey() != old && each.getValue().leadership().self())
                .findFirst()
                .orElseThrow()
                .getKey();
        group.add(leader, 1);
        assertThatThrownBy(() -> lost.sum.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(RaftException.OutcomeUnknown.class);

        group.network.cut((from, to) -> false);
        group.awaitAgreement();
        assertThat(group.machine(old).sum())
                .as("what it alone had in its log is gone")
                .isLessThan(1000);
    }

    @Test
    void onlyTheLeaderTakesProposals() throws Exception {
        group.startAll();
        long follower = group.awaitFollower();
        assertThatThrownBy(() -> group.add(follower, 1))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(RaftException.Refused.class);
    }

    @Test
    void aMemberThatComesLateGetsASnapshot() throws Exception {
        group.snapshotEvery = 200;
        group.start(1);
        group.start(2);
        for (int i = 0; i < 10; i++) {
            group.addMany(300);
        }
        for (RaftNode node : group.running().values()) {
            node.snapshotNow().get(10, TimeUnit.SECONDS);
        }
        group.addMany(10);
        group.start(3);
        group.awaitAgreement();
        assertThat(group.machine(3).loads.get()).isPositive();
        group.addMany(10);
        group.awaitAgreement();
        group.stop(3);
        group.start(3);
        group.addMany(10);
        group.awaitAgreement();
    }

    @Test
    void agreesAfterAllHaveStopped() throws Exception {
        group.startAll();
        group.addMany(100);
        for (long id = 1; id <= 3; id++) {
            group.stop(id);
        }
        group.forget(2);
        group.startAll();
        group.addMany(100);
        group.awaitAgreement();
    }

    @Test
    void keepsItsLogWhenLeadersComeAndGo() throws Exception {
        group.startAll();
        for (int i = 0; i < 5; i++) {
            group.addMany(20);
            long leader = group.awaitLeader();
            group.stop(leader);
            group.addMany(20);
            group.start(leader);
        }
        group.awaitAgreement();
    }
}
