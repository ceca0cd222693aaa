package io.metastore.storage.engine;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator with its bounds. Counts as a user of the engine's gate until closed. */
final class RocksCursor implements Cursor {
    private final RocksEngine engine;
    private final boolean reverse;
    private final byte @Nullable [] from;
    private final @Nullable Slice lower;
    private final @Nullable Slice upper;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private boolean started;
    private boolean closed;

    /** The engine's gate has been entered for it; it closes the options. */
    RocksCursor(
            RocksEngine engine,
            RocksDatabase database,
            Bucket bucket,
            byte @Nullable [] from,
            byte @Nullable [] to,
            boolean reverse,
            ReadOptions options) {
        this.engine = engine;
        this.reverse = reverse;
        this.from = from;
        this.options = options;
        RocksDatabase.handleOpened();
        lower = reverse && from != null ? new Slice(from) : null;
        if (lower != null) {
            RocksDatabase.handleOpened();
            options.setIterateLowerBound(lower);
        }
        upper = to != null ? new Slice(to) : null;
        if (upper != null) {
            RocksDatabase.handleOpened();
            options.setIterateUpperBound(upper);
        }
        iterator = database.db.newIterator(database.family(bucket), options);
        RocksDatabase.handleOpened();
    }

    @Override
    public boolean next() {
        checkOpen();
        step();
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
        } catch (RocksDBException failure) {
            throw engine.unread(failure);
        }
        return false;
    }

    @Override
    public byte[] key() {
        checkOpen();
        return iterator.key();
    }

    @Override
    public byte[] value() {
        checkOpen();
        return iterator.value();
    }

    @Override
    public int peekValue(byte[] target) {
        checkOpen();
        return iterator.value(target);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        iterator.close();
        options.close();
        RocksDatabase.handleClosed();
        RocksDatabase.handleClosed();
        if (upper != null) {
            upper.close();
            RocksDatabase.handleClosed();
        }
        if (lower != null) {
            lower.close();
            RocksDatabase.handleClosed();
        }
        engine.gate().exit();
    }

    private void step() {
        if (started) {
            if (reverse) {
                iterator.prev();
            } else {
                iterator.next();
            }
            return;
        }
        started = true;
        if (reverse) {
            iterator.seekToLast();
        } else if (from != null) {
            iterator.seek(from);
        } else {
            iterator.seekToFirst();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new EngineException("the cursor is closed");
        }
    }
}
