package io.metastore.server.cluster;

import io.metastore.raft.Leadership;
import io.metastore.raft.RaftMembers;
import io.metastore.raft.RaftNode;
import io.metastore.storage.cluster.MemberStore;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On the leader: has raft's configuration follow the member list. Its state is the maintenance thread's. */
public final class MembershipKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipKeeper.class);
    /** A learner this close is brought up to date by raft itself while it becomes a voter. */
    private static final long CLOSE_ENTRIES = 1000;

    /** Looks at a change under way, until something is appended for it. */
    private static final int PATIENCE = 3;

    private final RaftNode raft;
    private final MemberStore members;
    private final Runnable appendNothing;
    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private int looks;

    /**
     * @param appendNothing has an entry agreed on that changes nothing
     */
    public MembershipKeeper(RaftNode raft, MemberStore members, Runnable appendNothing) {
        this.raft = raft;
        this.members = members;
        this.appendNothing = appendNothing;
    }

    /** Takes the next step, if one is due and none is under way. Called again and again. */
    public void follow() {
        Leadership leadership = raft.leadership();
        if (!leadership.ready() || members.members().isEmpty()) {
            return;
        }
        if (!underWay.isDone()) {
            // jraft sees that a new voter has caught up when he acknowledges an entry. One who did so before jraft
            // began
            // to look would be waited for until the next write.
            if (++looks % PATIENCE == 0) {
                appendNothing.run();
            }
            return;
        }
        RaftMembers now = raft.members();
        RaftMembers next = RaftSteps.next(now, members.members(), members.removed(), this::hasCaughtUp);
        if (next.equals(now)) {
            return;
        }
        LOG.info("changing raft members from={} to={}", now, next);
        underWay = raft.changeMembers(next).handle((changed, failure) -> {
            if (failure != null) {
                LOG.warn("raft members not changed to={} reason={}", next, String.valueOf(failure.getMessage()));
            }
            return null;
        });
    }

    private boolean hasCaughtUp(long member) {
        OptionalLong last = raft.lastLogIndexOf(member);
        return last.isPresent() && raft.lastLogIndex() - last.getAsLong() < CLOSE_ENTRIES;
    }
}
