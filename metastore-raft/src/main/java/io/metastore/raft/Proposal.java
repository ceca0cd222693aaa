package io.metastore.raft;

import java.nio.ByteBuffer;

/**
 * The proposer's side of an entry. Success is told by the state machine, which finds the proposal in its {@link
 * CommittedEntry}; {@link #failed} is called otherwise, at most once, and never after the entry was applied here.
 */
public interface Proposal {

    /** Any term. */
    long ANY_TERM = -1;

    /** What goes into the log, from position to limit; not empty, and not changed once proposed. */
    ByteBuffer data();

    /** The only term in which this may be appended. */
    default long expectedTerm() {
        return ANY_TERM;
    }

    /** Whether it was proposed for another member, which answers it when it has applied the entry itself. */
    default boolean isForwarded() {
        return false;
    }

    /** Not waited for: must not block. May run on the proposing thread before {@link RaftNode#propose} returns. */
    void failed(RaftException why);
}
