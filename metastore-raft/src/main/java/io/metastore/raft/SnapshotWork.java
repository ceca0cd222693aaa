package io.metastore.raft;

import java.io.IOException;

/** What is left to do of a snapshot after the apply thread went on. Runs once, on the snapshot thread. */
@FunctionalInterface
public interface SnapshotWork {

    SnapshotWork NONE = () -> {};

    void finish() throws IOException;
}
