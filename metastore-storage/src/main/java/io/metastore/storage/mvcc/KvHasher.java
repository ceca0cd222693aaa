package io.metastore.storage.mvcc;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.KvEngine;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The hash etcd's members compare: CRC-32C over {@code "key"} and then each record up to a revision, of those at or below
 * the compact revision only the ones that a compaction to that revision keeps.
 */
final class KvHasher {
    private static final byte[] SEED = "key".getBytes(StandardCharsets.US_ASCII);

    private final MvccStore store;
    private final long compacted;
    private final long revision;
    private final CRC32C crc = new CRC32C();

    KvHasher(MvccStore store, long compacted, long revision) {
        this.store = store;
        this.compacted = compacted;
        this.revision = revision;
    }

    /** The HashKV of the revision under the compact revision. */
    int hashLive() {
        return hash(hasLiveKeys());
    }

    /**
     * The hash that a compaction to the revision keeps, before it erases; the compact revision is that of the compaction
     * before.
     */
    int hashCompaction() {
        return hash(hasTombstoneAtRevision() || hasLiveKeys());
    }

    /** A hash of all replicated buckets; what compaction may or may not have erased yet makes no difference. */
    int hashState(KvEngine engine) {
        hash(true);
        for (Bucket bucket : new Bucket[] {Bucket.LEASE, Bucket.LEASE_KEY, Bucket.AUTH, Bucket.MEMBER, Bucket.ALARM}) {
            crc.update(bucket.name().getBytes(StandardCharsets.US_ASCII));
            try (Cursor cursor = engine.cursor(bucket, null, null)) {
                while (cursor.next()) {
                    crc.update(cursor.key());
                    crc.update(cursor.value());
                }
            }
        }
        return (int) crc.getValue();
    }

    /** @param keepsAny without anything to keep, etcd leaves nothing out */
    private int hash(boolean keepsAny) {
        RevisionSet superseded = keepsAny ? supersededBelowMark() : new RevisionSet();
        crc.update(SEED);
        try (HistoryCursor cursor = store.history().walk(0, 0, revision)) {
            while (cursor.next()) {
                byte[] stored = cursor.stored();
                Entry record = Entry.decode(stored, stored.length);
                boolean isErasable = keepsAny
                        && record.main() <= compacted
                        && (record.tombstone() || superseded.contains(record.main(), record.sub()));
                boolean isTombstoneAtMark = record.tombstone() && record.main() == compacted;
                if (!isErasable && !isTombstoneAtMark) {
                    update(cursor.revisionKey(), record, stored);
                }
            }
        }
        return (int) crc.getValue();
    }

    private RevisionSet supersededBelowMark() {
        RevisionSet superseded = new RevisionSet();
        if (compacted > 0) {
            try (HistoryCursor cursor = store.history().walk(0, 0, revision)) {
                while (cursor.next()) {
                    Entry record = cursor.record();
                    if (record.supersedes() && record.supersededMain() <= compacted) {
                        superseded.add(record.supersededMain(), record.supersededSub());
                    }
                }
            }
        }
        return superseded;
    }

    private boolean hasLiveKeys() {
        return new PublishedView(store, store.currentRevision(), revision).count(KeyRange.ALL) > 0;
    }

    private boolean hasTombstoneAtRevision() {
        try (HistoryCursor cursor = store.history().walk(revision, 0, revision)) {
            while (cursor.next()) {
                if (cursor.record().tombstone()) {
                    return true;
                }
            }
            return false;
        }
    }

    private void update(byte[] revisionKey, Entry record, byte[] stored) {
        crc.update(revisionKey, 0, Long.BYTES);
        crc.update('_');
        crc.update(revisionKey, Long.BYTES, Long.BYTES);
        if (record.tombstone()) {
            crc.update('t');
        }
        crc.update(stored, stored.length - record.keyValueBytes(), record.keyValueBytes());
    }
}
