package io.metastore.storage.backup;

import io.metastore.storage.bolt.BoltEntries;
import io.metastore.storage.mvcc.HistoryWalk;

/** The history as entries of etcd's {@code key} bucket. */
record HistoryEntries(HistoryWalk walk) implements BoltEntries {

    @Override
    public boolean next() {
        return walk.next();
    }

    @Override
    public byte[] key() {
        return walk.revisionKey();
    }

    @Override
    public int valueLength() {
        return walk.keyValueLength();
    }

    @Override
    public byte[] value() {
        return walk.stored();
    }

    @Override
    public void pause() {
        walk.pause();
    }

    @Override
    public void close() {
        walk.close();
    }
}
