package io.metastore.raft;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Who takes part: voters decide, learners only receive. */
public record RaftMembers(Set<Long> voters, Set<Long> learners) {

    public RaftMembers {
        voters = Set.copyOf(voters);
        learners = Set.copyOf(learners);
        Set<Long> both = new HashSet<>(voters);
        both.retainAll(learners);
        if (!both.isEmpty() || voters.contains(0L) || learners.contains(0L)) {
            throw new IllegalArgumentException(
                    "not a configuration: voters %s learners %s".formatted(voters, learners));
        }
    }

    public static RaftMembers ofVoters(Collection<Long> voters) {
        return new RaftMembers(Set.copyOf(voters), Set.of());
    }

    public boolean contains(long member) {
        return voters.contains(member) || learners.contains(member);
    }
}
