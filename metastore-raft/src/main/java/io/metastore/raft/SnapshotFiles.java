package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves and loads the state as jraft's writer and reader want it.
 *
 * <p>The state machine writes on the apply thread; then, on the snapshot thread, its files are forced to the device and
 * written down in a {@link SnapshotManifest}. Only after that jraft gives the snapshot its name, drops the one before,
 * and shortens the log. Nothing is loaded before the manifest was checked.
 */
final class SnapshotFiles {

    private static final Logger log = LoggerFactory.getLogger(SnapshotFiles.class);

    private static final Path STATE = Path.of("state");

    private final Path root;
    private final boolean fsync;
    private final ReplicatedStateMachine machine;
    private final Executor executor;
    private final Fatal fatal;
    private final RaftObserver observer;

    SnapshotFiles(
            Path root,
            boolean fsync,
            ReplicatedStateMachine machine,
            Executor executor,
            Fatal fatal,
            RaftObserver observer) {
        this.root = root;
        this.fsync = fsync;
        this.machine = machine;
        this.executor = executor;
        this.fatal = fatal;
        this.observer = observer;
    }

    /** The newest finished snapshot below {@code root}. */
    static Optional<Path> newest(Path root) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> indexOf(path) >= 0).max((a, b) -> Long.compare(indexOf(a), indexOf(b)));
        }
    }

    private static long indexOf(Path snapshot) {
        String name = snapshot.getFileName().toString();
        String prefix = Snapshot.JRAFT_SNAPSHOT_PREFIX;
        return name.matches(prefix + "[0-9]+") ? Long.parseLong(name.substring(prefix.length())) : -1;
    }

    /** Apply thread. */
    void save(SnapshotWriter writer, Closure done) {
        long start = System.nanoTime();
        try {
            SnapshotMeta meta = writer.getCurrentMeta();
            long index = meta.getLastIncludedIndex();
            if (index > machine.appliedIndex()) {
                // The last entries were jraft's own: the state is the same, its mark must say so too.
                machine.appliedEmpty(index, meta.getLastIncludedTerm());
            }
            Path snapshot = Path.of(writer.getPath());
            Path state = Files.createDirectories(snapshot.resolve(STATE));
            SnapshotWork work = machine.save(state);
            executor.execute(() -> {
                if (finish(work, snapshot, meta, writer, done)) {
                    observer.snapshotSaved(System.nanoTime() - start);
                }
            });
        } catch (Throwable failure) {
            fail("the state cannot be saved", failure, done);
        }
    }

    private boolean finish(SnapshotWork work, Path snapshot, SnapshotMeta meta, SnapshotWriter writer, Closure done) {
        try {
            work.finish();
            Map<String, SnapshotManifest.Content> files = writeDown(snapshot);
            new SnapshotManifest(meta.getLastIncludedIndex(), meta.getLastIncludedTerm(), files).write(snapshot);
            writer.addFile(SnapshotManifest.FILE_NAME);
            files.keySet().forEach(writer::addFile);
            log.info("snapshot taken index={} files={}", meta.getLastIncludedIndex(), files.size());
            done.run(Status.OK());
            return true;
        } catch (Throwable failure) {
            fail("a snapshot cannot be written", failure, done);
            return false;
        }
    }

    private void fail(String what, Throwable failure, Closure done) {
        fatal.report(what, failure);
        done.run(new Status(RaftError.EIO, "%s: %s", what, failure));
    }

    /**
     * Makes all files durable and takes their checksums. A file that the previous snapshot shares with this one (a hard
     * link) was written down then: its checksum still is that of what was meant.
     */
    private Map<String, SnapshotManifest.Content> writeDown(Path snapshot) throws IOException {
        Map<Object, SnapshotManifest.Content> known = previous();
        Map<String, SnapshotManifest.Content> files = new HashMap<>();
        Set<Path> directories = new HashSet<>();
        long syncNanos = 0;
        for (Path file : SnapshotManifest.filesIn(snapshot, STATE)) {
            SnapshotManifest.Content content = known.get(keyOf(file));
            if (content == null || content.length() != Files.size(file)) {
                syncNanos += force(file);
                content = SnapshotManifest.Content.of(file);
            }
            files.put(SnapshotManifest.nameOf(snapshot, file), content);
            for (Path dir = file.getParent(); dir != null && dir.startsWith(snapshot); dir = dir.getParent()) {
                directories.add(dir);
            }
        }
        for (Path dir : directories) {
            syncNanos += force(dir);
        }
        syncNanos += force(snapshot);
        observer.snapshotSynced(syncNanos);
        return files;
    }

    /** Returns how long it took. */
    private long force(Path path) throws IOException {
        long start = System.nanoTime();
        if (fsync) {
            Directories.force(path);
        }
        return System.nanoTime() - start;
    }

    private Map<Object, SnapshotManifest.Content> previous() throws IOException {
        Map<Object, SnapshotManifest.Content> known = new HashMap<>();
        Optional<Path> newest = newest(root);
        if (newest.isPresent()) {
            Path snapshot = newest.get();
            for (var entry : SnapshotManifest.read(snapshot).files().entrySet()) {
                Path file = snapshot.resolve(entry.getKey());
                if (Files.exists(file)) {
                    known.put(keyOf(file), entry.getValue());
                }
            }
        }
        return known;
    }

    /** Tells hard links of one file: they have the same. */
    private static Object keyOf(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return Objects.requireNonNullElse(key, file);
    }

    /** Apply thread. The state usually is ahead of the snapshot that jraft offers at each start; then it stays. */
    boolean load(SnapshotReader reader) {
        try {
            Path snapshot = Path.of(reader.getPath());
            SnapshotManifest manifest = SnapshotManifest.read(snapshot);
            boolean newer = manifest.index() > machine.appliedIndex();
            manifest.verify(snapshot, STATE, newer);
            if (newer) {
                machine.load(snapshot.resolve(STATE), manifest.index(), manifest.term());
                log.info("snapshot loaded index={} term={}", manifest.index(), manifest.term());
            }
            return true;
        } catch (Throwable failure) {
            fatal.report("a snapshot cannot be loaded", failure);
            return false;
        }
    }
}
