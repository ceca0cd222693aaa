package io.metastore.server.replication;

import io.metastore.storage.state.EntryOrigin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The proposals of this member that others have a say in, by their sequence: however an entry came to be agreed on, through
 * which leader, it is found here when this member applies it. Any thread.
 */
public final class OwnProposals {
    private final long memberId;
    private final Map<Long, CommandProposal> waiting = new ConcurrentHashMap<>();

    public OwnProposals(long memberId) {
        this.memberId = memberId;
    }

    void add(CommandProposal proposal) {
        waiting.put(proposal.sequence(), proposal);
    }

    boolean contains(CommandProposal proposal) {
        return waiting.containsKey(proposal.sequence());
    }

    void remove(CommandProposal proposal) {
        if (!waiting.isEmpty()) {
            waiting.remove(proposal.sequence(), proposal);
        }
    }

    /** The proposal that made an entry, which from now on is only answered; null if it is another's, or nobody waits for it. */
    @Nullable
    CommandProposal take(@Nullable EntryOrigin origin) {
        return origin == null || origin.memberId() != memberId || waiting.isEmpty()
                ? null
                : waiting.remove(origin.sequence());
    }
}
