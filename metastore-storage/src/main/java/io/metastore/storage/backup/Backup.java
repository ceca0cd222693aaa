package io.metastore.storage.backup;

import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmType;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.bolt.BoltBucket;
import io.metastore.storage.bolt.BoltStream;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.engine.EngineSnapshot;
import io.metastore.storage.mvcc.CompactionMarks;
import io.metastore.storage.mvcc.HistoryWalk;
import java.util.List;
import java.util.SortedMap;

/**
 * The state at one moment as the database file of an etcd, from its first byte to its last: what {@code etcdutl} can check and
 * restore (etcd: server/storage/schema). Made while it is read, in memory that does not grow with it, and beside all writes.
 * Belongs to one thread at a time.
 */
public final class Backup implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final EngineSnapshot state;
    private final BoltStream file;
    private Runnable onClose = () -> {};

    private Backup(EngineSnapshot state, BoltStream file) {
        this.state = state;
        this.file = file;
    }

    /**
     * Lays out the file: reads all keys.
     *
     * @param state closed with the backup, or when this fails
     * @param index the last entry of the raft log that is in the state, and {@code term} its term
     * @param storageVersion etcd's storage schema that the file says to follow
     */
    public static Backup of(EngineSnapshot state, long index, long term, String storageVersion) {
        try {
            return new Backup(state, BoltStream.open(buckets(state, index, term, storageVersion)));
        } catch (RuntimeException failure) {
            state.close();
            throw failure;
        }
    }

    /** Length of the whole file in bytes, a multiple of its pages' size. */
    public long totalBytes() {
        return file.totalBytes();
    }

    /** Fills the array but for the end of the file, and returns the number of bytes; 0 after the end. */
    public int read(byte[] target) {
        return file.read(target);
    }

    /** To be called when the next read is not to follow at once. */
    public void pause() {
        file.pause();
    }

    /** Run once, when the backup is closed. */
    public void onClose(Runnable closed) {
        onClose = closed;
    }

    @Override
    public void close() {
        file.close();
        state.close();
        Runnable closed = onClose;
        onClose = () -> {};
        closed.run();
    }

    private static List<BoltBucket> buckets(EngineSnapshot state, long index, long term, String storageVersion) {
        AuthState auth = new AuthStore(state).state();
        SortedMap<byte[], byte[]> settings = TableEntries.newTable();
        settings.put(EtcdSchema.text(EtcdSchema.AUTH_ENABLED), new byte[] {(byte) (auth.enabled() ? 1 : 0)});
        settings.put(EtcdSchema.text(EtcdSchema.AUTH_REVISION), EtcdSchema.number(auth.revision()));
        SortedMap<byte[], byte[]> users = TableEntries.newTable();
        auth.users().forEach((name, user) -> users.put(EtcdSchema.text(name), user.toByteArray()));
        SortedMap<byte[], byte[]> roles = TableEntries.newTable();
        auth.roles().forEach((name, role) -> roles.put(EtcdSchema.text(name), role.toByteArray()));

        SortedMap<byte[], byte[]> alarms = TableEntries.newTable();
        for (AlarmMember alarm : new AlarmStore(state).active(AlarmType.NONE)) {
            alarms.put(alarm.toByteArray(), NOTHING);
        }
        MemberStore memberStore = new MemberStore(state);
        SortedMap<byte[], byte[]> members = TableEntries.newTable();
        for (Member member : memberStore.members()) {
            members.put(EtcdSchema.text(Long.toHexString(member.id())), EtcdSchema.text(ClusterJson.member(member)));
        }
        SortedMap<byte[], byte[]> cluster = TableEntries.newTable();
        if (!memberStore.clusterVersion().isEmpty()) {
            cluster.put(EtcdSchema.text(EtcdSchema.CLUSTER_VERSION), EtcdSchema.text(memberStore.clusterVersion()));
        }
        if (!memberStore.downgradeTarget().isEmpty()) {
            cluster.put(
                    EtcdSchema.text(EtcdSchema.DOWNGRADE),
                    EtcdSchema.text(ClusterJson.downgrade(memberStore.downgradeTarget())));
        }
        SortedMap<byte[], byte[]> meta = meta(state, index, term);
        meta.put(
                EtcdSchema.text(EtcdSchema.CONF_STATE),
                EtcdSchema.text(ClusterJson.configuration(memberStore.members())));
        meta.put(EtcdSchema.text(EtcdSchema.STORAGE_VERSION), EtcdSchema.text(storageVersion));

        return List.of(
                new BoltBucket(EtcdSchema.KEY, () -> new HistoryEntries(new HistoryWalk(state))),
                new BoltBucket(EtcdSchema.LEASE, () -> new LeaseEntries(state)),
                table(EtcdSchema.META, meta),
                table(EtcdSchema.ALARM, alarms),
                table(EtcdSchema.CLUSTER, cluster),
                table(EtcdSchema.MEMBERS, members),
                table(EtcdSchema.MEMBERS_REMOVED, TableEntries.newTable()),
                table(EtcdSchema.AUTH, settings),
                table(EtcdSchema.AUTH_USERS, users),
                table(EtcdSchema.AUTH_ROLES, roles));
    }

    private static SortedMap<byte[], byte[]> meta(EngineSnapshot state, long index, long term) {
        SortedMap<byte[], byte[]> meta = TableEntries.newTable();
        if (index > 0) {
            meta.put(EtcdSchema.text(EtcdSchema.CONSISTENT_INDEX), EtcdSchema.number(index));
            meta.put(EtcdSchema.text(EtcdSchema.TERM), EtcdSchema.number(term));
        }
        CompactionMarks marks = CompactionMarks.read(state);
        if (marks.scheduled() >= 0) {
            meta.put(EtcdSchema.text(EtcdSchema.SCHEDULED_COMPACTION), EtcdSchema.revision(marks.scheduled(), 0));
        }
        if (marks.finished() >= 0) {
            meta.put(EtcdSchema.text(EtcdSchema.FINISHED_COMPACTION), EtcdSchema.revision(marks.finished(), 0));
        }
        return meta;
    }

    private static BoltBucket table(String name, SortedMap<byte[], byte[]> table) {
        return new BoltBucket(name, () -> new TableEntries(table));
    }
}
