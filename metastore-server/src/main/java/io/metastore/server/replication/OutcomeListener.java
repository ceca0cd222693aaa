package io.metastore.server.replication;

import io.metastore.storage.state.Outcome;

/** Who waits for a command. Exactly one of the two is called, once, on the {@link LoopContext} of the submitter. */
public interface OutcomeListener {
    /** The command was applied by this member; the outcome is agreed history. */
    void applied(Outcome outcome);

    /** There is no outcome to tell; whether the command takes effect is said by the kind of failure. */
    void failed(Throwable why);
}
