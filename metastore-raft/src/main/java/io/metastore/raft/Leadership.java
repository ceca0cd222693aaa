package io.metastore.raft;

/**
 * Who leads, as this member knows it.
 *
 * @param term the term it was learnt in
 * @param leaderMemberId 0 if there is no leader
 * @param self whether this member leads
 * @param ready whether this member leads and has applied an entry of its own term: only then does it know
 *     everything that was committed before
 */
public record Leadership(long term, long leaderMemberId, boolean self, boolean ready) {

    static final Leadership UNKNOWN = new Leadership(0, 0, false, false);

    static Leadership of(long term, long leaderMemberId) {
        return new Leadership(term, leaderMemberId, false, false);
    }

    static Leadership self(long term, long memberId) {
        return new Leadership(term, memberId, true, true);
    }

    public boolean hasLeader() {
        return leaderMemberId != 0;
    }
}
