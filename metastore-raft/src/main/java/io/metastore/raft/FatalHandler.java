package io.metastore.raft;

/**
 * Stops the member. Called at most once per {@link RaftNode}, when its log, its meta data, its snapshots or its state
 * machine failed; nothing is applied after it. Called on a thread of raft, so it must not close the node itself.
 */
@FunctionalInterface
public interface FatalHandler {

    void fatal(String what, Throwable cause);
}
