package io.metastore.storage.lease;

import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.mvcc.Key;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The leases as the log has granted, checkpointed and revoked them, and the keys attached to them. Time plays no part
 * here.
 *
 * <p>The apply thread changes it and sees its changes at once; others see them, and listeners hear of them, when the batch
 * is in the engine. At start the leases are loaded, their keys never.
 */
public final class Lessor {
    private final KvEngine engine;
    private final List<LeaseListener> listeners = new CopyOnWriteArrayList<>();

    // Written by the apply thread at publication, read by all.
    private final Map<Long, Lease> leases = new ConcurrentHashMap<>();

    // Owned by the apply thread: what the open batch has changed; empty where it ends a lease.
    private final Map<Long, Optional<Lease>> changes = new HashMap<>();
    private final List<Consumer<LeaseListener>> news = new ArrayList<>();
    private final LeaseKeys keys;

    public Lessor(KvEngine engine) {
        this.engine = engine;
        this.keys = new LeaseKeys(engine);
        load();
    }

    // Any thread

    public Optional<Lease> find(long id) {
        return Optional.ofNullable(leases.get(id));
    }

    /** In no order. */
    public Collection<Lease> all() {
        return List.copyOf(leases.values());
    }

    public int size() {
        return leases.size();
    }

    /** The keys attached to the lease as of the last batch, in key order. Reads the engine. */
    public List<Key> keysOf(long id) {
        return keys.stored(id);
    }

    /** The listener first hears {@code reset} with what there is. Before the first command, or on the apply thread. */
    public void addListener(LeaseListener listener) {
        listeners.add(listener);
        listener.reset(all());
    }

    // Apply thread

    /** Whether the lease exists, the open batch included. */
    public boolean existsNow(long id) {
        return findNow(id).isPresent();
    }

    /** The keys attached to the lease, the open batch included, in key order. */
    public List<Key> keysNow(long id) {
        return keys.attached(id);
    }

    public void grant(EngineBatch batch, Lease lease) {
        put(batch, lease);
        news.add(listener -> listener.granted(lease));
    }

    /** Writes down how much time is left; an unknown lease is passed over. */
    public void checkpoint(EngineBatch batch, long id, long remainingSeconds) {
        findNow(id).ifPresent(lease -> {
            Lease checkpointed = lease.withRemaining(remainingSeconds);
            put(batch, checkpointed);
            news.add(listener -> listener.checkpointed(checkpointed));
        });
    }

    /** Ends a lease whose keys are deleted, and with that detached. */
    public void revoke(EngineBatch batch, long id) {
        assert keys.attached(id).isEmpty() : "lease " + id + " still has keys";
        batch.delete(Bucket.LEASE, LeaseKeys.idBytes(id));
        changes.put(id, Optional.empty());
        news.add(listener -> listener.revoked(id));
    }

    public void attach(EngineBatch batch, long id, Key key) {
        keys.attach(batch, id, key);
    }

    public void detach(EngineBatch batch, long id, Key key) {
        keys.detach(batch, id, key);
    }

    /** Forgets what was attached to leases that do not exist: a database of etcd can hold such keys. */
    public void detachFromUnknown(EngineBatch batch) {
        keys.detachUnless(batch, this::existsNow);
    }

    /** The batch is in the engine: others may see what it changed, and are told. */
    public void publish() {
        keys.forgetChanges();
        if (news.isEmpty()) {
            return;
        }
        changes.forEach((id, lease) -> {
            if (lease.isPresent()) {
                leases.put(id, lease.get());
            } else {
                leases.remove(id);
            }
        });
        changes.clear();
        for (LeaseListener listener : listeners) {
            news.forEach(told -> told.accept(listener));
        }
        news.clear();
    }

    /** Takes everything from the engine anew. */
    public void reload() {
        keys.forgetChanges();
        changes.clear();
        news.clear();
        leases.clear();
        load();
        Collection<Lease> now = all();
        listeners.forEach(listener -> listener.reset(now));
    }

    private Optional<Lease> findNow(long id) {
        return changes.isEmpty() ? find(id) : changes.getOrDefault(id, find(id));
    }

    private void put(EngineBatch batch, Lease lease) {
        batch.put(Bucket.LEASE, LeaseKeys.idBytes(lease.id()), lease.encode());
        changes.put(lease.id(), Optional.of(lease));
    }

    private void load() {
        try (Cursor cursor = engine.cursor(Bucket.LEASE, null, null)) {
            while (cursor.next()) {
                Lease lease = Lease.decode(cursor.value());
                leases.put(lease.id(), lease);
            }
        }
    }
}
