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
    private final RecordCache cache;

    CurrentKeys(KvEngine engine, RecordCache cache) {
        this.engine = engine;
        this.cache = cache;
    }

    static void put(EngineBatch batch, Head head, byte[] scratch) {
        int headerBytes = head.record().encodeHeader(scratch);
        batch.put(Bucket.KV, head.key().bytes(), scratch, headerBytes, head.keyValue());
    }

    /** The newest version with its bytes, a tombstone perhaps; null if there is no record. */
    @Nullable
    Head newest(Key key) {
        Head cached = cache.get(key);
        return cached != null ? cached : load(key);
    }

    /** As {@link #newest} if it can be had at once, else null. */
    @Nullable
    Head newestIfHot(Key key) {
        return cache.getIfQuick(key);
    }

    /** As {@link #newest}, perhaps only its numbers, for the apply thread. */
    @Nullable
    Head newestForWriter(Key key) {
        Head cached = cache.numbers(key);
        return cached != null ? cached : load(key);
    }

    private @Nullable Head load(Key key) {
        int stamp = cache.stamp(key);
        byte[] stored = engine.get(Bucket.KV, key.bytes());
        if (stored == null) {
            return null;
        }
        cache.offer(key, stored, stamp);
        return decode(key, stored);
    }

    /** Apply thread, when the engine holds the new version. */
    void written(Head head) {
        cache.written(head);
    }

    /** Apply thread, when the engine has been given another content. */
    void clearCache() {
        cache.clear();
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
