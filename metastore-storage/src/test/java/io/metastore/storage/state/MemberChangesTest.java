package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MemberChangesTest {

    private final Machine machine = new Machine();
    private final Member a = member(1, "a", false);
    private final Member b = member(2, "b", false);

    @AfterEach
    void close() {
        machine.close();
    }

    private static Member member(long id, String name, boolean learner) {
        return new Member(id, name, List.of("http://p:" + id), List.of(), learner);
    }

    private MemberStore members() {
        return machine.state.members();
    }

    private void found() {
        machine.applied(new Command.FoundCluster(List.of(a, b)));
    }

    @Test
    void aClusterIsFoundedOnce() {
        found();
        machine.applied(new Command.FoundCluster(List.of(member(3, "c", false))));

        assertThat(members().members()).containsExactly(a, b);
    }

    @Test
    void publishingSaysNothingOfPeerUrlsAndLearners() {
        found();
        machine.applied(new Command.AddMember(member(3, "", true), 1));

        machine.applied(new Command.PublishMember(
                new Member(3, "c", List.of("http://elsewhere:1"), List.of("http://c:3"), false)));

        assertThat(members().find(3)).hasValue(new Member(3, "c", List.of("http://p:3"), List.of("http://c:3"), true));
    }

    @Test
    void whatCannotBeAddedIsRefused() {
        found();

        assertThat(machine.rejected(new Command.AddMember(member(1, "", false), 1)))
                .isEqualTo(EtcdError.MEMBER_EXIST);
        assertThat(machine.rejected(
                        new Command.AddMember(new Member(9, "", List.of("http://p:2"), List.of(), false), 1)))
                .isEqualTo(EtcdError.PEER_URL_EXIST);
        machine.applied(new Command.AddMember(member(3, "", true), 1));
        assertThat(machine.rejected(new Command.AddMember(member(4, "", true), 1)))
                .isEqualTo(EtcdError.TOO_MANY_LEARNERS);
    }

    @Test
    void whoIsRemovedDoesNotComeBack() {
        found();
        machine.applied(new Command.RemoveMember(2));

        assertThat(machine.rejected(new Command.RemoveMember(2))).isEqualTo(EtcdError.MEMBER_NOT_FOUND);
        assertThat(machine.rejected(new Command.AddMember(b, 1))).isEqualTo(EtcdError.MEMBER_EXIST);
        assertThat(machine.rejected(new Command.PublishMember(b))).isEqualTo(EtcdError.MEMBER_NOT_FOUND);
        assertThat(new MemberStore(machine.engine).wasRemoved(2)).isTrue();
        assertThat(new MemberStore(machine.engine).members()).containsExactly(a);
    }

    @Test
    void peerUrlsAreOfOneMemberOnly() {
        found();

        assertThat(machine.rejected(new Command.UpdateMember(1, b.peerUrls()))).isEqualTo(EtcdError.PEER_URL_EXIST);
        assertThat(machine.rejected(new Command.UpdateMember(9, List.of()))).isEqualTo(EtcdError.MEMBER_NOT_FOUND);
        machine.applied(new Command.UpdateMember(1, List.of("http://p:1", "http://q:1")));
        assertThat(members().find(1).orElseThrow().peerUrls()).containsExactly("http://p:1", "http://q:1");
    }

    @Test
    void onlyALearnerIsPromoted() {
        found();
        machine.applied(new Command.AddMember(member(3, "", true), 1));

        assertThat(machine.rejected(new Command.PromoteMember(1))).isEqualTo(EtcdError.MEMBER_NOT_LEARNER);
        assertThat(machine.rejected(new Command.PromoteMember(9))).isEqualTo(EtcdError.MEMBER_NOT_FOUND);
        machine.applied(new Command.PromoteMember(3));
        assertThat(members().find(3).orElseThrow().learner()).isFalse();
    }

    @Test
    void whoIsKeptAloneVotes() {
        found();
        machine.applied(new Command.AddMember(member(3, "c", true), 1));

        machine.applied(new Command.KeepOnlyMember(3));

        assertThat(members().members()).containsExactly(member(3, "c", false));
        assertThat(members().removed()).containsExactlyInAnyOrder(1L, 2L);
        assertThat(machine.rejected(new Command.KeepOnlyMember(1))).isEqualTo(EtcdError.MEMBER_NOT_FOUND);
        assertThat(members().members()).hasSize(1);
    }
}
