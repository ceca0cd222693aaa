package io.metastore.server.cluster;

import io.metastore.raft.RaftMembers;
import io.metastore.storage.cluster.Member;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * From who takes part in raft to who is meant to, one step at a time: the member list is agreed on first, raft's configuration
 * follows. A new voter is a learner there until it has caught up, so that adding one that never starts takes no quorum away.
 */
final class RaftSteps {

    private RaftSteps() {}

    /**
     * The next configuration; the same if there is nothing to do.
     *
     * @param caughtUp whether a learner has nearly all of the log
     */
    static RaftMembers next(
            RaftMembers now, Collection<Member> listed, Collection<Long> removed, LongPredicate caughtUp) {
        for (long id : removed) {
            if (now.contains(id) && !now.voters().equals(Set.of(id))) {
                return new RaftMembers(without(now.voters(), id), without(now.learners(), id));
            }
        }
        for (Member member : listed) {
            if (!now.contains(member.id())) {
                return new RaftMembers(now.voters(), with(now.learners(), member.id()));
            }
        }
        for (Member member : listed) {
            long id = member.id();
            if (!member.learner() && now.learners().contains(id) && caughtUp.test(id)) {
                return new RaftMembers(with(now.voters(), id), without(now.learners(), id));
            }
        }
        return now;
    }

    private static Set<Long> with(Set<Long> ids, long id) {
        Set<Long> more = new HashSet<>(ids);
        more.add(id);
        return more;
    }

    private static Set<Long> without(Set<Long> ids, long id) {
        Set<Long> fewer = new HashSet<>(ids);
        fewer.remove(id);
        return fewer;
    }
}
