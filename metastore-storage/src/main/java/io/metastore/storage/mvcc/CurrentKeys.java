package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import org.jspecify.annotations.Nullable;

/**
 * The {@code kv} family behind {@link HotKeys}: the newest record of each key, tombstones too until compaction passes them.
 * It may be ahead of the published revision; {@link History} leads back.
 */
final class CurrentKeys {
    private final KvEngine engine;
    private final HotKeys hot;

    CurrentKeys(KvEngine engine, HotKeys hot) {
        this.engine = engine;
        this.hot = hot;
    }

    static void put(EngineBatch batch, Head head, byte[] scratch) {
        int headerBytes = head.record().encodeHeader(scratch);
        batch.put(Bucket.KV, head.key().bytes(), scratch, headerBytes, head.keyValue());
    }

    /** The newest version, a tombstone perhaps; null if there is no record. */
    @Nullable
    Head newest(Key key) {
        Head cached = hot.get(key);
        return cached != null ? cached : read(key);
    }

    /** As {@link #newest} if the cache has it with its bytes, else null. */
    @Nullable
    Head newestIfHot(Key key) {
        Head cached = hot.get(key);
        return cached != null && (cached.isFull() || cached.isTombstone()) ? cached : null;
    }

    /** Gives a cached version its bytes and keeps them. */
    Head fill(Head head) {
        if (head.isFull()) {
            return head;
        }
        Head full = head.full();
        hot.fill(head, full);
        return full;
    }

    /** Newest records of a range in key order, or against it. */
    Scan scan(KeyRange range, boolean reverse) {
        byte[] from = range.start().bytes();
        byte[] to = range.end() == null ? null : range.end().bytes();
        return new Scan(reverse ? engine.reverseCursor(Bucket.KV, from, to) : engine.cursor(Bucket.KV, from, to));
    }

    private @Nullable Head read(Key key) {
        int stamp = hot.stamp(key);
        byte[] stored = engine.get(Bucket.KV, key.bytes());
        if (stored == null) {
            return null;
        }
        Head head = decode(key, stored);
        hot.offer(head, stamp);
        return head;
    }

    private static Head decode(@Nullable Key key, byte[] stored) {
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
