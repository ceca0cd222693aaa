package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import org.jspecify.annotations.Nullable;

/**
 * The {@code kv} family behind its caches: the newest record of each key, tombstones too until compaction passes them.
 * It may be ahead of the published revision; {@link History} leads back.
 */
final class CurrentKeys {
    private final KvEngine engine;
    private final HotKeys hot;
    private final VersionCache versions;

    CurrentKeys(KvEngine engine, HotKeys hot, VersionCache versions) {
        this.engine = engine;
        this.hot = hot;
        this.versions = versions;
    }

    static void put(EngineBatch batch, Head head, byte[] scratch) {
        int headerBytes = head.record().encodeHeader(scratch);
        batch.put(Bucket.KV, head.key().bytes(), scratch, headerBytes, head.keyValue());
    }

    /** The newest version with its bytes, a tombstone perhaps; null if there is no record. */
    @Nullable
    Head newest(Key key) {
        Head cached = hot.get(key);
        if (cached != null) {
            return cached;
        }
        int stamp = hot.stamp(key);
        byte[] stored = engine.get(Bucket.KV, key.bytes());
        if (stored == null) {
            return null;
        }
        hot.offer(key, stored, stamp);
        return decode(key, stored);
    }

    /** As {@link #newest} if the cache has it, else null. */
    @Nullable
    Head newestIfHot(Key key) {
        return hot.get(key);
    }

    /** As {@link #newest}, perhaps only its numbers, for the apply thread. */
    @Nullable
    Head newestForWriter(Key key) {
        Head cached = versions.get(key);
        if (cached != null) {
            return cached;
        }
        byte[] stored = engine.get(Bucket.KV, key.bytes());
        if (stored == null) {
            return null;
        }
        Head found = decode(key, stored);
        versions.put(found);
        return found;
    }

    /** Apply thread, when the engine holds the new version. */
    void written(Head head) {
        versions.put(head);
        hot.written(head);
    }

    /** Apply thread, when the engine has been given another content. */
    void clearCaches() {
        versions.clear();
        hot.clear();
    }

    /** Newest records of a range in key order, or against it. */
    Scan scan(KeyRange range, boolean reverse) {
        byte[] from = range.start().bytes();
        byte[] to = range.end() == null ? null : range.end().bytes();
        return new Scan(reverse ? engine.reverseCursor(Bucket.KV, from, to) : engine.cursor(Bucket.KV, from, to));
    }

    /** Of a stored record, which the head keeps. */
    static Head decode(@Nullable Key key, byte[] stored) {
        Entry record = Entry.decode(stored, stored.length);
        return Head.parse(key, record, stored, stored.length - record.keyValueBytes());
    }

    /** A walk over newest records. Belongs to one thread. */
    static final class Scan implements AutoCloseable {
        private final Cursor cursor;
        private final byte[] header = new byte[Entry.MAX_HEADER_BYTES];

        private Scan(Cursor cursor) {
            this.cursor = cursor;
        }

        boolean next() {
            return cursor.next();
        }

        Key key() {
            return Key.of(cursor.key());
        }

        Head head() {
            return decode(null, cursor.value());
        }

        /** The record alone, without reading the value. */
        Entry record() {
            int length = cursor.peekValue(header);
            return Entry.decode(header, length);
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
