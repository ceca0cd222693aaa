package io.metastore.storage.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/**
 * A sequence number that RocksDB remembers. It enters the engine's gate for each read only, so that who replaces or closes the
 * database waits for a read and not for the whole backup; then the engine releases it.
 */
final class RocksSnapshot implements EngineSnapshot {
    private final RocksEngine engine;
    private final RocksDatabase database;
    private final Snapshot snapshot;
    private final AtomicBoolean released = new AtomicBoolean();

    /** Inside the gate. */
    RocksSnapshot(RocksEngine engine, RocksDatabase database) {
        this.engine = engine;
        this.database = database;
        this.snapshot = database.db.getSnapshot();
        RocksDatabase.handleOpened();
    }

    @Override
    public byte @Nullable [] get(Bucket bucket, byte[] key) {
        engine.gate().enter();
        try (ReadOptions options = readOptions()) {
            return database.db.get(database.family(bucket), options, key);
        } catch (RocksDBException failure) {
            throw engine.unread(failure);
        } finally {
            engine.gate().exit();
        }
    }

    @Override
    public Cursor cursor(Bucket bucket, byte @Nullable [] from, byte @Nullable [] to) {
        engine.gate().enter();
        try {
            return new RocksCursor(engine, database, bucket, from, to, false, readOptions());
        } catch (RuntimeException failure) {
            engine.gate().exit();
            throw failure;
        }
    }

    @Override
    public void close() {
        if (released.get()) {
            return;
        }
        try {
            engine.gate().enter();
        } catch (EngineClosedException closedAndReleased) {
            return;
        }
        try {
            release();
        } finally {
            engine.gate().exit();
        }
        engine.forget(this);
    }

    /** Inside the gate, or when nobody is. */
    void release() {
        if (released.compareAndSet(false, true)) {
            database.db.releaseSnapshot(snapshot);
            RocksDatabase.handleClosed();
        }
    }

    /** What is read once, from one end to the other, must not drive out of the cache what others read again. */
    private ReadOptions readOptions() {
        if (released.get()) {
            throw new EngineException("the snapshot is closed, or the state was replaced");
        }
        return new ReadOptions().setSnapshot(snapshot).setFillCache(false);
    }
}
