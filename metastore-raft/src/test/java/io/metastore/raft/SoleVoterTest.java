package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SoleVoterTest {
    private static final long ADDED = 1000;

    @TempDir
    private Path directory;

    @Test
    void aMemberGoesOnAloneWithAllThatItsLogHolds() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            group.addMany(10);
            group.awaitAgreement();
            long sum = group.machine(2).sum();
            for (long id = 1; id <= 3; id++) {
                group.stop(id);
            }

            // Nothing of it is in the state: all comes from the log.
            group.forget(2);
            force(group, 2);
            group.start(2);

            assertThat(group.awaitLeader()).isEqualTo(2);
            assertThat(group.machine(2).sum()).isEqualTo(sum + ADDED);
            assertThat(group.node(2).isSoleVoter()).isTrue();
            assertThat(group.node(2).members()).isEqualTo(RaftMembers.ofVoters(Set.of(2L)));
            assertThat(group.add(5)).isEqualTo(sum + ADDED + 5);
            assertThat(group.read(2).get()).isEqualTo(sum + ADDED + 5);

            group.stop(2);
            group.start(2);
            assertThat(group.add(1)).isEqualTo(sum + ADDED + 6);
            assertThat(group.fatal).isEmpty();
        }
    }

    @Test
    void aMemberGoesOnFromItsSnapshot() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            group.addMany(10);
            group.awaitAgreement();
            long sum = group.machine(3).sum();
            group.node(3).snapshotNow().get();
            for (long id = 1; id <= 3; id++) {
                group.stop(id);
            }

            group.forget(3);
            force(group, 3);
            group.start(3);

            assertThat(group.awaitLeader()).isEqualTo(3);
            LocalGroup.eventually("all is applied", () -> group.machine(3).sum() == sum + ADDED);
            assertThat(group.fatal).isEmpty();
        }
    }

    @Test
    void itMayBeDoneAgain() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            group.awaitAgreement();
            long sum = group.machine(1).sum();
            for (long id = 1; id <= 3; id++) {
                group.stop(id);
            }

            force(group, 1);
            force(group, 1);
            group.start(1);

            assertThat(group.add(1)).isEqualTo(sum + 2 * ADDED + 1);
        }
    }

    @Test
    void aMemberThatHasNothingIsRefused() {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            assertThatThrownBy(() -> force(group, 1))
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("nothing to go on from");
        }
    }

    @Test
    void aMemberThatRunsIsRefused() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            group.startAll();
            assertThatThrownBy(() -> force(group, 1))
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("another member is running");
        }
    }

    private static void force(LocalGroup group, long id) throws RaftStartException {
        SoleVoter.force(
                group.config(id),
                group.machine(id),
                ByteBuffer.allocate(Long.BYTES).putLong(0, ADDED));
    }
}
