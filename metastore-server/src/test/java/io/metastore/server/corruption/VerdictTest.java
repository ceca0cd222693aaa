package io.metastore.server.corruption;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.EtcdError;
import io.metastore.storage.mvcc.KvHash;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class VerdictTest {
    private static final long SELF = 1;
    private static final KvHash MINE = new KvHash(100, 5, 20);
    private static final KvHash LATER = new KvHash(300, 8, 25);

    private static PeerHash told(long member, int hash) {
        return new PeerHash.Told(member, hash, MINE.compactRevision(), MINE.hashRevision());
    }

    private static PeerHash silent(long member) {
        return new PeerHash.Silent(member, EtcdError.COMPACTED, "compacted");
    }

    private static Verdict ofCompaction(PeerHash... others) {
        return Verdict.ofCompaction(SELF, MINE, List.of(others));
    }

    private static Verdict ofStates(PeerHash... others) {
        return Verdict.ofStates(SELF, MINE, LATER, List.of(others));
    }

    @Test
    void nobodyIsAccusedWhereAllAgree() {
        assertThat(ofCompaction(told(2, 100), told(3, 100)))
                .satisfies(verdict -> assertThat(verdict.accused()).isEmpty())
                .satisfies(verdict -> assertThat(verdict.complete()).isTrue());
        assertThat(ofStates(told(2, 100), told(3, 100)).accused()).isEmpty();
    }

    @Test
    void whoCannotBeComparedIsLeftForTheNextCompaction() {
        PeerHash compactedElsewhere = new PeerHash.Told(3, 200, 4, 20);

        assertThat(ofCompaction(told(2, 100), silent(3)).accused()).isEmpty();
        assertThat(ofCompaction(told(2, 100), silent(3)).complete()).isFalse();
        assertThat(ofCompaction(told(2, 100), compactedElsewhere).accused()).isEmpty();
        assertThat(ofCompaction(told(2, 100), compactedElsewhere).complete()).isFalse();
    }

    @Test
    void theMinorityIsAccusedAndTheLeaderMayBeIt() {
        assertThat(ofCompaction(told(2, 100), told(3, 200)).accused()).containsExactly(3L);
        assertThat(ofCompaction(told(2, 200), told(3, 200)).accused()).containsExactly(SELF);
        assertThat(ofCompaction(told(2, 100), told(3, 100), told(4, 7), told(5, 8))
                        .accused())
                .containsExactly(4L, 5L);
    }

    @Test
    void withoutAMajorityOfAllMembersTheClusterIsAccused() {
        assertThat(ofCompaction(told(2, 200)).accused()).containsExactly(Verdict.EVERYBODY);
        assertThat(ofCompaction(told(2, 200), told(3, 300)).accused()).containsExactly(Verdict.EVERYBODY);
        // Two agree, but they are not three of five.
        assertThat(ofCompaction(told(2, 100), told(3, 300), silent(4), silent(5))
                        .accused())
                .containsExactly(Verdict.EVERYBODY);
    }

    @Test
    void theFirstFollowerWhoseStateDiffersIsAccused() {
        assertThat(ofStates(told(2, 200), told(3, 200)).accused()).containsExactly(2L);
        assertThat(ofStates(silent(2), told(3, 200)).accused()).containsExactly(3L);
        assertThat(ofStates(new PeerHash.Told(2, 200, 8, 20)).accused()).isEmpty();
    }

    @Test
    void aFollowerAheadOfTheLeaderIsAccused() {
        assertThat(ofStates(new PeerHash.Told(2, 100, 5, 26)).accused()).containsExactly(2L);
        assertThat(ofStates(new PeerHash.Told(2, 100, 9, 20)).accused()).containsExactly(2L);
    }

    @Test
    void aLeaderThatDoesNotReadTheSameTwiceAccusesItself() {
        KvHash again = new KvHash(101, MINE.compactRevision(), MINE.hashRevision());

        assertThat(Verdict.ofStates(SELF, MINE, again, List.of(told(2, 100))).accused())
                .containsExactly(SELF);
    }
}
