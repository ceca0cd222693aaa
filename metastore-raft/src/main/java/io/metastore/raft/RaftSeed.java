package io.metastore.raft;

import com.alipay.sofa.jraft.entity.LocalFileMetaOutter.LocalFileMeta;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import io.metastore.raft.log.LogOptions;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The raft files of a member that begins with a state which no log has led to: a snapshot of that state, a log that goes on behind
 * it, and a vote in its term. So whoever joins later is sent the snapshot, and does not take the log for all there is.
 */
public final class RaftSeed {
    private static final Path STATE = Path.of("state");

    private RaftSeed() {}

    /** Writes the state as {@link ReplicatedStateMachine#save} would. */
    public interface State {
        void save(Path directory) throws IOException;
    }

    /**
     * Writes the files, durably, where there are none.
     *
     * @param dir a member's directory of raft files
     * @param voters ids of the members of the cluster; all of them must begin with the same state, index and term
     * @param index the entry that is to count as the last one in the state, at least 1
     */
    public static void write(Path dir, Collection<Long> voters, long index, long term, State state) throws IOException {
        Directories.create(dir);
        Path snapshot =
                Files.createDirectories(Directories.snapshot(dir).resolve(Snapshot.JRAFT_SNAPSHOT_PREFIX + index));
        state.save(Files.createDirectories(snapshot.resolve(STATE)));
        Map<String, SnapshotManifest.Content> files = new HashMap<>();
        for (Path file : SnapshotManifest.filesIn(snapshot, STATE)) {
            Directories.force(file);
            files.put(SnapshotManifest.nameOf(snapshot, file), SnapshotManifest.Content.of(file));
        }
        new SnapshotManifest(index, term, files).write(snapshot);
        writeMeta(snapshot, voters, index, term, files);
        forceDirectories(snapshot);
        Directories.force(Directories.snapshot(dir));

        try (SegmentedLog log = SegmentedLog.open(Directories.log(dir), LogOptions.DEFAULT, false)) {
            log.reset(index + 1);
        }
        new Vote(term, PeerId.emptyPeer().toString()).write(Directories.meta(dir), true);
    }

    private static void writeMeta(
            Path snapshot, Collection<Long> voters, long index, long term, Map<String, SnapshotManifest.Content> files)
            throws IOException {
        SnapshotMeta.Builder meta =
                SnapshotMeta.newBuilder().setLastIncludedIndex(index).setLastIncludedTerm(term);
        voters.forEach(voter -> meta.addPeers(PeerIds.of(voter).toString()));
        LocalSnapshotMetaTable table = new LocalSnapshotMetaTable(new RaftOptions());
        table.setMeta(meta.build());
        LocalFileMeta noChecksum = LocalFileMeta.getDefaultInstance();
        table.addFile(SnapshotManifest.FILE_NAME, noChecksum);
        files.keySet().forEach(file -> table.addFile(file, noChecksum));
        if (!table.saveToFile(
                snapshot.resolve(Snapshot.JRAFT_SNAPSHOT_META_FILE).toString())) {
            throw new IOException("cannot write the meta data of " + snapshot);
        }
    }

    private static void forceDirectories(Path snapshot) throws IOException {
        Deque<Path> directories = new ArrayDeque<>();
        try (var all = Files.walk(snapshot)) {
            all.filter(Files::isDirectory).forEach(directories::push);
        }
        for (Path directory : directories) {
            Directories.force(directory);
        }
    }
}
