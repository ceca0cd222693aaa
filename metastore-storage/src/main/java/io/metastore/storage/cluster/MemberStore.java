package io.metastore.storage.cluster;

import io.metastore.api.EtcdError;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The members, the version the cluster has agreed on, and the one it is to go back to. The apply thread changes it; what
 * others see changes only when the batch is in the engine.
 */
public final class MemberStore {
    /** In the place of a member that was removed. */
    private static final byte[] REMOVED = {};

    private static final byte[] CLUSTER_VERSION = "clusterVersion".getBytes(StandardCharsets.UTF_8);

    private static final byte[] DOWNGRADE_TARGET = "downgradeTarget".getBytes(StandardCharsets.UTF_8);

    private final EngineReader engine;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    // Owned by the apply thread: with what the open batch has changed.
    private final NavigableMap<Long, Member> members = new TreeMap<>(Long::compareUnsigned);
    private final Set<Long> removed = new HashSet<>();
    private String clusterVersion = "";
    private String downgradeTarget = "";
    private boolean changed;

    // Written by the apply thread, read by all.
    private volatile Published published = new Published(List.of(), Set.of(), "", "");

    private record Published(List<Member> members, Set<Long> removed, String clusterVersion, String downgradeTarget) {}

    public MemberStore(EngineReader engine) {
        this.engine = engine;
        reload();
    }

    /** By id, smallest first. */
    public List<Member> members() {
        return published.members;
    }

    public Optional<Member> find(long id) {
        return published.members.stream().filter(member -> member.id() == id).findFirst();
    }

    /** Whether a member with this id was removed; it never comes back, for ids are not used again. */
    public boolean wasRemoved(long id) {
        return published.removed.contains(id);
    }

    /** The ids of all who were removed. */
    public Set<Long> removed() {
        return published.removed;
    }

    /** Told of what the engine holds, and from then on on the apply thread whenever that has changed. Must not block. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
        listener.run();
    }

    /** The release all members speak, such as "3.7.0"; empty until it is agreed on. */
    public String clusterVersion() {
        return published.clusterVersion;
    }

    /** The release that the cluster is to go back to, such as "3.6.0"; empty while it is to go nowhere. */
    public String downgradeTarget() {
        return published.downgradeTarget;
    }

    /** Why a downgrade to this release would be refused now; empty if it would not. */
    public Optional<EtcdError> refusalToDowngrade(ClusterVersion target) {
        return refusal(published.clusterVersion, published.downgradeTarget, target);
    }

    /** Apply thread: with what the open batch has changed. */
    public Optional<EtcdError> refusalToDowngradeNow(ClusterVersion target) {
        return refusal(clusterVersion, downgradeTarget, target);
    }

    /** In etcd's order (version/manager.go, DowngradeValidate). */
    private static Optional<EtcdError> refusal(String clusterVersion, String underWay, ClusterVersion target) {
        Optional<ClusterVersion> current = ClusterVersion.parse(clusterVersion);
        if (current.isEmpty()) {
            return Optional.of(EtcdError.CLUSTER_VERSION_UNAVAILABLE);
        }
        if (!current.get().mayGoBackTo(target)) {
            return Optional.of(EtcdError.INVALID_DOWNGRADE_TARGET_VERSION);
        }
        return underWay.isEmpty() ? Optional.empty() : Optional.of(EtcdError.DOWNGRADE_IN_PROCESS);
    }

    /** Apply thread: by id, with what the open batch has changed. */
    public Collection<Member> membersNow() {
        return members.values();
    }

    /** Apply thread: with what the open batch has changed. */
    public Optional<Member> findNow(long id) {
        return Optional.ofNullable(members.get(id));
    }

    /** Apply thread: with what the open batch has changed. */
    public boolean wasRemovedNow(long id) {
        return removed.contains(id);
    }

    /** Apply thread. */
    public void remove(EngineBatch batch, long id) {
        members.remove(id);
        removed.add(id);
        batch.put(Bucket.MEMBER, keyOf(id), REMOVED);
        changed = true;
    }

    /** Apply thread: a new member, or a known one that has changed. */
    public void put(EngineBatch batch, Member member) {
        members.put(member.id(), member);
        batch.put(Bucket.MEMBER, keyOf(member.id()), member.encode());
        changed = true;
    }

    /** Apply thread. */
    public void setClusterVersion(EngineBatch batch, String version) {
        clusterVersion = version;
        batch.put(Bucket.META, CLUSTER_VERSION, version.getBytes(StandardCharsets.UTF_8));
        changed = true;
    }

    /**
     * Apply thread.
     *
     * @param target empty for none
     */
    public void setDowngradeTarget(EngineBatch batch, String target) {
        downgradeTarget = target;
        batch.put(Bucket.META, DOWNGRADE_TARGET, target.getBytes(StandardCharsets.UTF_8));
        changed = true;
    }

    /** Apply thread: the batch is in the engine, so others may see what it changed. */
    public void publish() {
        if (changed) {
            published =
                    new Published(List.copyOf(members.values()), Set.copyOf(removed), clusterVersion, downgradeTarget);
            changed = false;
            listeners.forEach(Runnable::run);
        }
    }

    /** Apply thread: takes everything from the engine anew. */
    public void reload() {
        members.clear();
        removed.clear();
        try (Cursor cursor = engine.cursor(Bucket.MEMBER, null, null)) {
            while (cursor.next()) {
                if (cursor.value().length == 0) {
                    removed.add(ByteBuffer.wrap(cursor.key()).getLong());
                } else {
                    Member member = Member.decode(cursor.value());
                    members.put(member.id(), member);
                }
            }
        }
        clusterVersion = text(CLUSTER_VERSION);
        downgradeTarget = text(DOWNGRADE_TARGET);
        changed = true;
        publish();
    }

    private String text(byte[] name) {
        byte[] value = engine.get(Bucket.META, name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] keyOf(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }
}
