package io.metastore.storage.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.Role;
import io.metastore.api.rpc.User;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.bolt.BoltVisitor;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.Lessor;
import io.metastore.storage.mvcc.CompactionMarks;
import io.metastore.storage.mvcc.HistoryImport;
import io.metastore.storage.mvcc.Key;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Puts what an etcd's database holds into an empty engine: keys with their history, leases, alarms, users and roles. Which cluster
 * it was and who its members were is left behind (etcd: etcdutl/snapshot/v3_snapshot.go).
 */
public final class Restore {
    private static final int LEASES_AT_ONCE = 1 << 14;
    private static final int REVISION_BYTES = 2 * Long.BYTES + 1;

    private final KvEngine engine;
    private final Lessor lessor;
    private final EngineBatch batch;
    private final HistoryImport history;
    private final LongConsumer progress;

    private long scheduledCompaction = -1;
    private long finishedCompaction = -1;
    /** Of a record without a key: etcd's tool stores one to make the revision go on. */
    private long emptyRevision;

    private boolean authEnabled;
    private long authRevision = 1;
    private final Map<String, User> users = new LinkedHashMap<>();
    private final Map<String, Role> roles = new LinkedHashMap<>();

    private Restore(KvEngine engine, LongConsumer progress) {
        this.engine = engine;
        this.lessor = new Lessor(engine);
        this.batch = engine.newBatch();
        this.history = new HistoryImport(engine, new Attachments());
        this.progress = progress;
    }

    /**
     * Fills the engine; what is in it after a failure is of no use.
     *
     * @param members of the new cluster
     * @param bumpRevision how far the revision is moved on; above 0, all that there is counts as compacted
     * @param progress told now and then how many bytes of keys and values have been read
     * @throws DamagedSnapshotException if the file does not hold what an etcd's does
     */
    public static void into(
            KvEngine engine, BoltFile file, List<Member> members, long bumpRevision, LongConsumer progress)
            throws IOException {
        Restore restore = new Restore(engine, progress);
        file.walk(restore.new Entries());
        restore.finish(members, bumpRevision);
    }

    private void finish(List<Member> members, long bumpRevision) throws DamagedSnapshotException {
        if (bumpRevision > 0) {
            long newest = Math.max(history.newest(), emptyRevision);
            if (bumpRevision > Long.MAX_VALUE - 1 - newest) {
                throw new DamagedSnapshotException(
                        "revision %d cannot be moved on by %d".formatted(newest, bumpRevision));
            }
            scheduledCompaction = newest + bumpRevision;
        }
        if (emptyRevision > Math.max(history.newest(), scheduledCompaction)) {
            throw new DamagedSnapshotException("the record at revision %d has no key".formatted(emptyRevision));
        }
        history.finish(new CompactionMarks(Math.max(scheduledCompaction, finishedCompaction), finishedCompaction));
        lessor.detachFromUnknown(batch);
        AuthStore.restore(batch, authEnabled, authRevision, users, roles);
        MemberStore memberStore = new MemberStore(engine);
        members.forEach(member -> memberStore.put(batch, member));
        write();
    }

    private void write() {
        engine.write(batch);
        batch.clear();
        lessor.publish();
    }

    private static long revisionOf(byte[] key) throws DamagedSnapshotException {
        if (key.length < REVISION_BYTES || key[Long.BYTES] != '_') {
            throw new DamagedSnapshotException("a key of %d bytes is no revision".formatted(key.length));
        }
        return ByteBuffer.wrap(key).getLong();
    }

    /** Keeps the keys of each lease as the history goes on. */
    private final class Attachments implements HistoryImport.LeaseListener {
        @Override
        public void moved(EngineBatch of, Key key, long fromLease, long toLease) {
            if (fromLease != Lease.NONE) {
                lessor.detach(of, fromLease, key);
            }
            if (toLease != Lease.NONE) {
                lessor.attach(of, toLease, key);
            }
        }

        @Override
        public void written() {
            lessor.publish();
        }
    }

    /** Buckets and their entries as they come; those of other buckets are of no use here. */
    private final class Entries implements BoltVisitor {
        private static final int PROGRESS_STEP = 1 << 20;

        private final AlarmStore alarms = new AlarmStore(engine);
        private String bucket = "";
        private long bytes;
        private long told;
        private int inBatch;

        @Override
        public void bucket(byte[] name) {
            bucket = new String(name, StandardCharsets.UTF_8);
        }

        @Override
        public void entry(byte[] key, byte[] value) throws IOException {
            try {
                take(key, value);
            } catch (RuntimeException | InvalidProtocolBufferException damaged) {
                throw new DamagedSnapshotException("bucket %s: %s".formatted(bucket, damaged.getMessage()), damaged);
            }
            bytes += key.length + value.length;
            if (bytes - told >= PROGRESS_STEP) {
                told = bytes;
                progress.accept(bytes);
            }
        }

        private void take(byte[] key, byte[] value) throws IOException {
            switch (bucket) {
                case EtcdSchema.KEY -> change(key, value);
                case EtcdSchema.LEASE -> {
                    lessor.grant(batch, Lease.decode(value));
                    flushNowAndThen();
                }
                case EtcdSchema.ALARM -> {
                    AlarmMember alarm = AlarmMember.parseFrom(key);
                    alarms.activate(batch, alarm.getMemberID(), alarm.getAlarmValue());
                }
                case EtcdSchema.META -> meta(text(key), value);
                case EtcdSchema.AUTH -> auth(text(key), value);
                case EtcdSchema.AUTH_USERS -> users.put(text(key), User.parseFrom(value));
                case EtcdSchema.AUTH_ROLES -> roles.put(text(key), Role.parseFrom(value));
                default -> {} // about the former cluster, or unknown to this release
            }
        }

        private void change(byte[] key, byte[] value) throws DamagedSnapshotException {
            long main = revisionOf(key);
            boolean isTombstone = key.length > REVISION_BYTES && key[REVISION_BYTES] == 't';
            if (value.length == 0) {
                emptyRevision = main;
                return;
            }
            long sub = ByteBuffer.wrap(key).getLong(Long.BYTES + 1);
            history.add(main, sub, isTombstone, value);
        }

        private void meta(String name, byte[] value) throws DamagedSnapshotException {
            if (name.equals(EtcdSchema.SCHEDULED_COMPACTION)) {
                scheduledCompaction = revisionOf(value);
            } else if (name.equals(EtcdSchema.FINISHED_COMPACTION)) {
                finishedCompaction = revisionOf(value);
            }
        }

        private void auth(String name, byte[] value) {
            if (name.equals(EtcdSchema.AUTH_ENABLED)) {
                authEnabled = value.length == 1 && value[0] == 1;
            } else if (name.equals(EtcdSchema.AUTH_REVISION)) {
                authRevision = ByteBuffer.wrap(value).getLong();
            }
        }

        private void flushNowAndThen() {
            if (++inBatch == LEASES_AT_ONCE) {
                inBatch = 0;
                write();
            }
        }

        private String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
