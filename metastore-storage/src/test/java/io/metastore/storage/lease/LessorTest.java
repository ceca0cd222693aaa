package io.metastore.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.engine.EngineBatch;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.Key;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LessorTest {
    private static final List<Long> IDS = List.of(1L, 2L, -1L, Long.MAX_VALUE);

    /** What leases there are and what is attached to them, as the open batch sees it and as others do. */
    private static final class Model {
        private final TreeMap<Long, Lease> leases = new TreeMap<>();
        private final TreeMap<Long, Set<Key>> keys = new TreeMap<>();

        Model copy() {
            Model copy = new Model();
            copy.leases.putAll(leases);
            keys.forEach((id, attached) -> copy.keys.put(id, new TreeSet<>(attached)));
            return copy;
        }

        Set<Key> keysOf(long id) {
            return keys.computeIfAbsent(id, any -> new TreeSet<>());
        }
    }

    @Property(tries = 40)
    void theOpenBatchIsSeenByTheApplyThreadAndByOthersOnceItIsWritten(@ForAll long seed) {
        Random random = new Random(seed);
        KvEngine engine = new MemoryEngine();
        Lessor lessor = new Lessor(engine);
        EngineBatch batch = engine.newBatch();
        Model now = new Model();
        Model published = now.copy();
        for (int step = 0; step < 150; step++) {
            change(random, lessor, batch, now);
            check(lessor, now, published);
            if (random.nextInt(6) == 0) {
                engine.write(batch);
                batch.clear();
                lessor.publish();
                published = now.copy();
                check(lessor, now, published);
            }
            if (random.nextInt(40) == 0) { // a start: the open batch is lost
                batch.clear();
                lessor = new Lessor(engine);
                now = published.copy();
            }
        }
    }

    private static void change(Random random, Lessor lessor, EngineBatch batch, Model now) {
        long id = IDS.get(random.nextInt(IDS.size()));
        Key key = Key.of("k" + random.nextInt(6));
        boolean exists = now.leases.containsKey(id);
        switch (random.nextInt(6)) {
            case 0 -> {
                if (!exists) {
                    Lease lease = new Lease(id, 1 + random.nextInt(100), 0);
                    lessor.grant(batch, lease);
                    now.leases.put(id, lease);
                }
            }
            case 1 -> {
                if (exists) {
                    now.keysOf(id).forEach(attached -> lessor.detach(batch, id, attached));
                    lessor.revoke(batch, id);
                    now.leases.remove(id);
                    now.keysOf(id).clear();
                }
            }
            case 2 -> {
                lessor.checkpoint(batch, id, 7);
                now.leases.computeIfPresent(id, (any, lease) -> lease.withRemaining(7));
            }
            case 3 -> {
                if (now.keysOf(id).remove(key)) {
                    lessor.detach(batch, id, key);
                }
            }
            default -> {
                if (exists) {
                    lessor.attach(batch, id, key);
                    now.keysOf(id).add(key);
                }
            }
        }
    }

    private static void check(Lessor lessor, Model now, Model published) {
        for (long id : IDS) {
            assertThat(lessor.existsNow(id)).isEqualTo(now.leases.containsKey(id));
            assertThat(lessor.keysNow(id)).containsExactlyElementsOf(now.keysOf(id));
            assertThat(lessor.keysOf(id)).containsExactlyElementsOf(published.keysOf(id));
            assertThat(lessor.find(id).orElse(null)).isEqualTo(published.leases.get(id));
        }
        assertThat(lessor.all()).containsExactlyInAnyOrderElementsOf(published.leases.values());
        assertThat(lessor.size()).isEqualTo(published.leases.size());
    }

    @Property(tries = 1000)
    void aLeaseIsStoredAsItIs(@ForAll long id, @ForAll long ttl, @ForAll long remaining) {
        Lease lease = new Lease(id == 0 ? 1 : id, Math.min(ttl, Lease.MAX_TTL_SECONDS), remaining);

        assertThat(Lease.decode(lease.encode())).isEqualTo(lease);
    }

    /** Field by field what etcd stores: a backup copies the bytes. */
    @Test
    void theStoredFormIsEtcds() {
        assertThat(new Lease(7, 60, 0).encode()).containsExactly(8, 7, 16, 60);
        assertThat(new Lease(7, 60, 5).encode()).containsExactly(8, 7, 16, 60, 24, 5);
    }
}
