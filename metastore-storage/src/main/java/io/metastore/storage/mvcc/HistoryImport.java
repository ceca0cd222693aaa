package io.metastore.storage.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Fills an empty engine with changes that have their revisions already. Nothing is visible to a store before {@link #finish},
 * which is to be followed by the opening of one. Belongs to one thread.
 */
public final class HistoryImport {
    private static final int BATCH_BYTES = 4 << 20;
    private static final long CACHE_BYTES = 64 << 20;
    private static final int KEYS_PER_BLOCK = 128;

    private final KvEngine engine;
    private final EngineBatch batch;
    private final LeaseListener leases;
    private final CurrentKeys keys;
    private final byte[] scratch = new byte[Entry.MAX_HEADER_BYTES];
    private final Map<Key, Head> pending = new LinkedHashMap<>();
    private long lastMain;
    private long lastSub = -1;
    private long bytesInUse;

    /** Hears when a key changes from one lease to another; 0 is none. What it writes goes into the batch. */
    public interface LeaseListener {
        void moved(EngineBatch batch, Key key, long fromLease, long toLease);

        /** What was put into the batch is written. */
        void written();
    }

    public HistoryImport(KvEngine engine, LeaseListener leases) {
        this.engine = engine;
        this.batch = engine.newBatch();
        this.leases = leases;
        this.keys = new CurrentKeys(engine, new RecordCache(CACHE_BYTES, 0, null, new History(engine)));
    }

    /**
     * Adds the next change.
     *
     * @param keyValue marshaled {@code mvccpb.KeyValue}, of a tombstone the key alone
     * @throws IllegalArgumentException if it is none, or not the next
     */
    public void add(long main, long sub, boolean tombstone, byte[] keyValue) {
        if (main < lastMain || (main == lastMain && sub <= lastSub) || main < 1 || sub < 0) {
            throw new IllegalArgumentException("revision %d.%d after %d.%d".formatted(main, sub, lastMain, lastSub));
        }
        lastMain = main;
        lastSub = sub;
        KeyValue parsed = parse(main, tombstone, keyValue);
        Key key = Key.of(parsed.getKey());
        Head before = pending.get(key);
        if (before == null) {
            before = keys.newestForWriter(key);
        }
        Entry superseded = before == null ? null : before.record();
        Entry record = new Entry(
                main,
                sub,
                kind(parsed, tombstone),
                superseded == null ? 0 : superseded.main(),
                superseded == null ? 0 : superseded.sub(),
                superseded == null ? 0 : superseded.keyValueBytes(),
                keyValue.length);
        Head head = Head.parse(key, record, keyValue, 0);
        batch.put(Bucket.REV, History.key(main, sub), scratch, record.encodeHeader(scratch), keyValue);
        pending.put(key, head);
        bytesInUse += record.cost();
        long leaseBefore = before == null || before.isTombstone() ? 0 : before.lease();
        if (leaseBefore != parsed.getLease()) {
            leases.moved(batch, key, leaseBefore, parsed.getLease());
        }
        if (batch.bytes() >= BATCH_BYTES) {
            write();
        }
    }

    /** Writes what is left, the compact marks, and all that a store keeps beside its records. */
    public void finish(CompactionMarks marks) {
        write();
        if (marks.scheduled() >= 0) {
            Meta.SCHEDULED_COMPACTION.put(batch, marks.scheduled());
        }
        if (marks.finished() >= 0) {
            Meta.FINISHED_COMPACTION.put(batch, marks.finished());
        }
        Meta.SIZE.put(batch, bytesInUse, bytesInUse);
        count(Math.max(1, Math.max(lastMain, Math.max(marks.scheduled(), marks.finished()))));
        write();
    }

    /** Main revision of the newest change, 0 if there is none. */
    public long newest() {
        return lastMain;
    }

    private void count(long revision) {
        Key blockStart = Key.of(new byte[0]);
        long inBlock = 0;
        try (CurrentKeys.Scan scan = keys.scan(KeyRange.ALL, false)) {
            while (scan.next()) {
                if (scan.record().tombstone()) {
                    continue;
                }
                if (inBlock == KEYS_PER_BLOCK) {
                    KeyCounts.putCount(batch, blockStart, inBlock, revision);
                    blockStart = scan.key();
                    inBlock = 0;
                }
                inBlock++;
            }
        }
        KeyCounts.putCount(batch, blockStart, inBlock, revision);
        Meta.COUNTED.put(batch, revision);
    }

    private void write() {
        pending.values().forEach(head -> CurrentKeys.put(batch, head, scratch));
        engine.write(batch);
        batch.clear();
        pending.values().forEach(keys::written);
        pending.clear();
        leases.written();
    }

    private static Entry.Kind kind(KeyValue parsed, boolean tombstone) {
        if (tombstone) {
            return Entry.Kind.TOMBSTONE;
        }
        return parsed.getCreateRevision() == parsed.getModRevision() ? Entry.Kind.CREATION : Entry.Kind.UPDATE;
    }

    private static KeyValue parse(long main, boolean tombstone, byte[] keyValue) {
        KeyValue parsed;
        try {
            parsed = KeyValue.parseFrom(keyValue);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("the record at revision %d is none".formatted(main), damaged);
        }
        boolean isPlausible = tombstone
                ? parsed.getVersion() == 0
                : parsed.getModRevision() == main && parsed.getVersion() > 0 && parsed.getCreateRevision() > 0;
        if (parsed.getKey().isEmpty() || !isPlausible) {
            throw new IllegalArgumentException("the record at revision %d says that it is of revision %d, version %d"
                    .formatted(main, parsed.getModRevision(), parsed.getVersion()));
        }
        return parsed;
    }
}
