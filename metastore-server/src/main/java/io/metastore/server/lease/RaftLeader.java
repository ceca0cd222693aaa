package io.metastore.server.lease;

import io.metastore.raft.Leadership;
import io.metastore.raft.RaftNode;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What raft knows of this member's leadership, as the keeper asks for it. */
public final class RaftLeader implements Leader {
    private final RaftNode raft;

    public RaftLeader(RaftNode raft) {
        this.raft = raft;
    }

    @Override
    public OptionalLong readyTerm() {
        Leadership leadership = raft.leadership();
        return leadership.self() && leadership.ready() ? OptionalLong.of(leadership.term()) : OptionalLong.empty();
    }

    @Override
    public CompletableFuture<Void> confirm() {
        CompletableFuture<Void> confirmed = new CompletableFuture<>();
        raft.reads().pass(() -> confirmed.complete(null), confirmed::completeExceptionally);
        return confirmed;
    }
}
