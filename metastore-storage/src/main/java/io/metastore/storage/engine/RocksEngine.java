package io.metastore.storage.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/**
 * The engine on RocksDB, without RocksDB's log: the raft log is the durable copy of what is not flushed, and flushes are
 * atomic over all buckets.
 *
 * <p>Every call enters the gate, because RocksDB answers use after close by crashing the process.
 */
public final class RocksEngine implements KvEngine {
    private static final Duration PATIENCE_WITH_USERS = Duration.ofSeconds(30);

    private final Path directory;
    private final EngineConfig config;
    private final Gate gate = new Gate();
    /** Not closed yet. */
    private final Set<RocksSnapshot> snapshots = ConcurrentHashMap.newKeySet();

    private final AtomicReference<@Nullable Consumer<EngineException>> onDamage = new AtomicReference<>();

    // Replaced while the gate excludes everyone else.
    private volatile RocksDatabase database;

    private RocksEngine(Path directory, EngineConfig config) {
        this.directory = directory;
        this.config = config;
        this.database = RocksDatabase.open(directory, config);
    }

    /** Opens or creates the state in {@code directory}; refuses damage and what a newer release wrote. */
    public static RocksEngine open(Path directory, EngineConfig config) {
        Replacement.finish(directory);
        RocksEngine engine = new RocksEngine(directory, config);
        try {
            FormatVersion.check(engine, directory.toString());
            return engine;
        } catch (RuntimeException refused) {
            engine.close();
            throw refused;
        }
    }

    @Override
    public byte @Nullable [] get(Bucket bucket, byte[] key) {
        gate.enter();
        try {
            RocksDatabase open = database;
            return open.db.get(open.family(bucket), open.reads, key);
        } catch (RocksDBException failure) {
            throw unread(failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public Cursor cursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
        return open(bucket, from, to, false);
    }

    @Override
    public Cursor reverseCursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
        return open(bucket, from, to, true);
    }

    @Override
    public EngineSnapshot snapshot() {
        gate.enter();
        try {
            RocksSnapshot snapshot = new RocksSnapshot(this, database);
            snapshots.add(snapshot);
            return snapshot;
        } finally {
            gate.exit();
        }
    }

    @Override
    public EngineBatch newBatch() {
        return new RocksBatch();
    }

    @Override
    public void write(EngineBatch batch) {
        if (!(batch instanceof RocksBatch ours)) {
            throw new IllegalArgumentException("a batch of another engine");
        }
        gate.enter();
        try (WriteBatch nativeBatch = new WriteBatch(ours.serialized())) {
            RocksDatabase open = database;
            open.db.write(open.writes, nativeBatch);
        } catch (RocksDBException failure) {
            throw failed("write", failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public void flush() {
        gate.enter();
        try {
            flushOpen();
        } catch (RocksDBException failure) {
            throw failed("flush", failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public void checkpoint(Path target) {
        gate.enter();
        try (Checkpoint checkpoint = Checkpoint.create(database.db)) {
            // Without a log the copy holds what is in files, so everything has to be.
            flushOpen();
            checkpoint.createCheckpoint(target.toString());
        } catch (RocksDBException failure) {
            throw failed("checkpoint to " + target, failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public void restore(Path checkpoint) {
        Replacement replacement = Replacement.prepare(directory, checkpoint);
        if (!gate.exclude(PATIENCE_WITH_USERS)) {
            throw new EngineException("restore: %d readers of the state did not end".formatted(gate.users()));
        }
        try {
            closeDatabase();
            replacement.swapIn();
            database = RocksDatabase.open(directory, config);
        } catch (RuntimeException failure) {
            gate.close();
            throw failure;
        } finally {
            gate.endExclusion();
        }
        FormatVersion.check(this, checkpoint.toString());
    }

    @Override
    public void compact() {
        gate.enter();
        try {
            RocksDatabase open = database;
            for (Bucket bucket : Bucket.values()) {
                open.db.compactRange(open.family(bucket));
            }
        } catch (RocksDBException failure) {
            throw failed("compact", failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public long bytesUsed() {
        gate.enter();
        try (var files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException failure) {
            throw new EngineException("cannot list " + directory, failure);
        } finally {
            gate.exit();
        }
    }

    @Override
    public void close() {
        if (!gate.close()) {
            return;
        }
        if (!gate.awaitNoUsers(PATIENCE_WITH_USERS)) {
            // Leaking is better than freeing memory that someone is reading.
            throw new EngineException("close: %d readers of the state did not end".formatted(gate.users()));
        }
        try {
            flushOpen();
        } catch (RocksDBException failure) {
            throw failed("flush", failure);
        } finally {
            closeDatabase();
        }
    }

    @Override
    public void onDamage(Consumer<EngineException> listener) {
        onDamage.set(listener);
    }

    Gate gate() {
        return gate;
    }

    void forget(RocksSnapshot snapshot) {
        snapshots.remove(snapshot);
    }

    /** When nobody is inside the gate. */
    private void closeDatabase() {
        snapshots.forEach(RocksSnapshot::release);
        snapshots.clear();
        database.close();
    }

    private Cursor open(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
        gate.enter();
        try {
            return new RocksCursor(this, database, bucket, from, to, reverse, new ReadOptions());
        } catch (RuntimeException | Error failure) {
            gate.exit();
            throw failure;
        }
    }

    private void flushOpen() throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true)) {
            RocksDatabase open = database;
            open.db.flush(options, open.families());
        }
    }

    private EngineException failed(String what, RocksDBException failure) {
        return new EngineException("%s: %s failed: %s".formatted(directory, what, failure.getMessage()), failure);
    }

    /** What is to be thrown by a read; told first where it is the disk's fault. */
    EngineException unread(RocksDBException failure) {
        EngineException thrown = failed("read", failure);
        if (isDamage(failure)) {
            Consumer<EngineException> listener = onDamage.getAndSet(null);
            if (listener != null) {
                listener.accept(thrown);
            }
        }
        return thrown;
    }

    private static boolean isDamage(RocksDBException failure) {
        Status status = failure.getStatus();
        return status != null
                && (status.getCode() == Status.Code.Corruption || status.getCode() == Status.Code.IOError);
    }
}
