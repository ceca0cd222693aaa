package io.metastore.raft;

import io.metastore.raft.log.LogRecord;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether log, vote, snapshot and state belong together; a member whose files do not must not start. */
final class StartChecks {

    private final Path dir;
    private final long appliedIndex;
    private final long appliedTerm;
    private final @Nullable SnapshotManifest snapshot;
    private final @Nullable Vote vote;

    private StartChecks(Path dir, ReplicatedStateMachine machine) throws IOException {
        this.dir = dir;
        this.appliedIndex = machine.appliedIndex();
        this.appliedTerm = machine.appliedTerm();
        Optional<Path> newest = SnapshotFiles.newest(Directories.snapshot(dir));
        this.snapshot = newest.isPresent() ? SnapshotManifest.read(newest.get()) : null;
        this.vote = Vote.read(Directories.meta(dir));
    }

    static StartChecks read(Path dir, ReplicatedStateMachine machine) throws IOException {
        return new StartChecks(dir, machine);
    }

    /** Whether there must be a log. */
    boolean hasHistory() {
        return vote != null || snapshot != null || appliedIndex > 0;
    }

    void run(SegmentedLog log) throws IOException, RaftStartException {
        long first = log.firstIndex();
        long last = log.lastIndex();
        long snapshotIndex = snapshot == null ? 0 : snapshot.index();
        long snapshotTerm = snapshot == null ? 0 : snapshot.term();
        if (first > snapshotIndex + 1) {
            throw new RaftStartException(
                    "the raft log in %s begins with entry %d, but the newest snapshot ends with entry %d"
                            .formatted(dir, first, snapshotIndex));
        }
        if (appliedIndex > Math.max(last, snapshotIndex)) {
            throw new RaftStartException(("the state holds entries up to %d, but the raft log in %s ends with entry %d:"
                            + " entries that were durable are lost; remove this member and add it anew")
                    .formatted(appliedIndex, dir, last));
        }
        if (appliedIndex > 0) {
            checkTermOfApplied(log, snapshotIndex, snapshotTerm);
        }
        checkVote(last > 0 || snapshotIndex > 0, Math.max(log.lastTerm(), snapshotTerm));
    }

    private void checkTermOfApplied(SegmentedLog log, long snapshotIndex, long snapshotTerm)
            throws IOException, RaftStartException {
        LogRecord record = log.read(appliedIndex);
        long expected = record != null ? record.term() : appliedIndex == snapshotIndex ? snapshotTerm : appliedTerm;
        if (expected != appliedTerm) {
            throw new RaftStartException(
                    "the state holds entry %d of term %d, but in the raft log in %s it is of term %d"
                            .formatted(appliedIndex, appliedTerm, dir, expected));
        }
    }

    private void checkVote(boolean hasEntries, long lastTerm) throws RaftStartException {
        if (vote == null) {
            if (hasEntries || appliedIndex > 0) {
                throw new RaftStartException(
                        "there is a raft log but no raft meta data in %s: this member may have voted and not know it"
                                .formatted(Directories.meta(dir)));
            }
            return;
        }
        if (vote.term() < lastTerm) {
            throw new RaftStartException("raft meta data in %s is of term %d, but the log is of term %d"
                    .formatted(Directories.meta(dir), vote.term(), lastTerm));
        }
    }
}
