package io.metastore.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.raft.RaftMembers;
import io.metastore.storage.cluster.Member;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RaftStepsTest {

    private static final RaftMembers THREE = new RaftMembers(Set.of(1L, 2L, 3L), Set.of());

    private static Member voter(long id) {
        return new Member(id, "", List.of(), List.of(), false);
    }

    private static Member learner(long id) {
        return new Member(id, "", List.of(), List.of(), true);
    }

    @Test
    void nothingIsDoneWhereAllIsAsItShouldBe() {
        assertThat(RaftSteps.next(THREE, List.of(voter(1), voter(2), voter(3)), List.of(9L), id -> true))
                .isEqualTo(THREE);
    }

    @Test
    void aNewVoterBeginsAsALearner() {
        List<Member> listed = List.of(voter(1), voter(2), voter(3), voter(4));
        RaftMembers first = RaftSteps.next(THREE, listed, List.of(), id -> false);

        assertThat(first).isEqualTo(new RaftMembers(THREE.voters(), Set.of(4L)));
        assertThat(RaftSteps.next(first, listed, List.of(), id -> false)).isEqualTo(first);
        assertThat(RaftSteps.next(first, listed, List.of(), id -> true))
                .isEqualTo(new RaftMembers(Set.of(1L, 2L, 3L, 4L), Set.of()));
    }

    @Test
    void aLearnerStaysOneUntilItIsPromoted() {
        RaftMembers with = new RaftMembers(THREE.voters(), Set.of(4L));

        assertThat(RaftSteps.next(with, List.of(voter(1), learner(4)), List.of(), id -> true))
                .isEqualTo(with);
    }

    @Test
    void whoIsRemovedGoesFirstAndAlone() {
        RaftMembers next = RaftSteps.next(THREE, List.of(voter(1), voter(2), voter(4)), List.of(3L, 2L), id -> true);

        assertThat(next).isEqualTo(new RaftMembers(Set.of(1L, 2L), Set.of()));
    }

    @Test
    void whoIsNotListedAndNotRemovedIsLeftAlone() {
        assertThat(RaftSteps.next(THREE, List.of(voter(1)), List.of(), id -> true))
                .isEqualTo(THREE);
    }
}
