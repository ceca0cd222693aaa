package io.metastore.raft;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far the others are, as their answers say: the last entry that a member has in common with this leader's log, and the
 * commit index it was last told of. Any thread.
 */
final class PeerProgress {

    private record Seen(long term, long lastLogIndex) {}

    private final Map<Long, Seen> seen = new ConcurrentHashMap<>();
    private final Map<Long, Long> toldCommitted = new ConcurrentHashMap<>();

    void answered(long member, long term, long lastLogIndex) {
        seen.put(member, new Seen(term, lastLogIndex));
    }

    void told(long member, long committedIndex) {
        toldCommitted.put(member, committedIndex);
    }

    /** Empty if the member has not answered in this term. */
    OptionalLong lastLogIndex(long member, long term) {
        Seen last = seen.get(member);
        return last == null || last.term != term ? OptionalLong.empty() : OptionalLong.of(last.lastLogIndex);
    }

    boolean wasTold(long member, long committedIndex) {
        return toldCommitted.getOrDefault(member, 0L) >= committedIndex;
    }
}
