package io.metastore.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The state that the log makes. All methods but the two readers of the applied mark and {@link #prepareSave} are called on
 * the one apply thread; what any of them throws is fatal for the member.
 */
public interface ReplicatedStateMachine {

    /**
     * Index of the last entry that the state holds, 0 if none. Entries up to it are not offered again. Read by other
     * threads too; not behind what was answered.
     */
    long appliedIndex();

    /** Term of the entry at {@link #appliedIndex()}. */
    long appliedTerm();

    /** Takes in entries in the order of the log, and answers their proposals. Bounded in entries and bytes. */
    void apply(List<CommittedEntry> batch);

    /**
     * An entry without content: only the applied mark moves. May be kept back until the next {@link #apply} or {@link
     * #save}.
     */
    void appliedEmpty(long index, long term);

    /** Does ahead what {@link #save} would keep the apply thread waiting for. Called beside it, before each save. */
    default void prepareSave() {}

    /**
     * Writes the whole state into the empty directory {@code dir}, quickly: the apply thread waits. The rest is done by
     * what is returned. Making the files durable is the caller's work.
     */
    SnapshotWork save(Path dir) throws IOException;

    /** Replaces the whole state by what {@link #save} once wrote; called only if {@code index} is newer. */
    void load(Path dir, long index, long term) throws IOException;

    void leadershipChanged(Leadership leadership);
}
