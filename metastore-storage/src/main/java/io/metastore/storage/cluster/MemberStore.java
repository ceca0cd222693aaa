package io.metastore.storage.cluster;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.EngineReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The members and the version the cluster has agreed on. The apply thread changes it; what others see changes only when
 * the batch is in the engine.
 */
public final class MemberStore {
    private static final byte[] CLUSTER_VERSION = "clusterVersion".getBytes(StandardCharsets.UTF_8);

    private final EngineReader engine;

    // Owned by the apply thread: with what the open batch has changed.
    private final NavigableMap<Long, Member> members = new TreeMap<>(Long::compareUnsigned);
    private String clusterVersion = "";
    private boolean changed;

    // Written by the apply thread, read by all.
    private volatile Published published = new Published(List.of(), "");

    private record Published(List<Member> members, String clusterVersion) {}

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

    /** The release all members speak, such as "3.7.0"; empty until it is agreed on. */
    public String clusterVersion() {
        return published.clusterVersion;
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

    /** Apply thread: the batch is in the engine, so others may see what it changed. */
    public void publish() {
        if (changed) {
            published = new Published(List.copyOf(members.values()), clusterVersion);
            changed = false;
        }
    }

    /** Apply thread: takes everything from the engine anew. */
    public void reload() {
        members.clear();
        for (Member member : stored()) {
            members.put(member.id(), member);
        }
        byte[] version = engine.get(Bucket.META, CLUSTER_VERSION);
        clusterVersion = version == null ? "" : new String(version, StandardCharsets.UTF_8);
        changed = true;
        publish();
    }

    private List<Member> stored() {
        List<Member> stored = new ArrayList<>();
        try (Cursor cursor = engine.cursor(Bucket.MEMBER, null, null)) {
            while (cursor.next()) {
                stored.add(Member.decode(cursor.value()));
            }
        }
        return stored;
    }

    private static byte[] keyOf(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }
}
