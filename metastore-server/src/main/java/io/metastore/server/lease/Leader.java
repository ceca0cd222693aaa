package io.metastore.server.lease;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What the keeper needs to know of raft. */
public interface Leader {

    /** The term in which this member leads and has applied all that came before; empty if it does not. */
    OptionalLong readyTerm();

    /**
     * Asks the others whether this member still leads. Completes when it does and has applied everything committed before
     * the question; inline where there is nobody to ask.
     */
    CompletableFuture<Void> confirm();
}
