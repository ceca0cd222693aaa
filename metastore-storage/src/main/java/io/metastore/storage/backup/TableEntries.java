package io.metastore.storage.backup;

import io.metastore.storage.bolt.BoltEntries;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries of a table small enough to be held. */
final class TableEntries implements BoltEntries {
    private final Iterator<Map.Entry<byte[], byte[]>> rest;
    private Map.@Nullable Entry<byte[], byte[]> at;

    TableEntries(SortedMap<byte[], byte[]> table) {
        this.rest = table.entrySet().iterator();
    }

    /** A table in the order of a bucket. */
    static SortedMap<byte[], byte[]> newTable() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    @Override
    public boolean next() {
        if (!rest.hasNext()) {
            return false;
        }
        at = rest.next();
        return true;
    }

    @Override
    public byte[] key() {
        return entry().getKey();
    }

    @Override
    public int valueLength() {
        return entry().getValue().length;
    }

    @Override
    public byte[] value() {
        return entry().getValue();
    }

    @Override
    public void pause() {}

    @Override
    public void close() {}

    private Map.Entry<byte[], byte[]> entry() {
        Map.Entry<byte[], byte[]> entry = at;
        if (entry == null) {
            throw new IllegalStateException("not begun");
        }
        return entry;
    }
}
