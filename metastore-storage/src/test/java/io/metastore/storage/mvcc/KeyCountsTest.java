package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class KeyCountsTest {

    @Property(tries = 20)
    void countsEqualAScanThroughGrowthShrinkingAndRestarts(@ForAll long seed) {
        Random random = new Random(seed);
        KvEngine engine = new MemoryEngine();
        StoreFixture store = new StoreFixture(engine);
        TreeSet<String> model = new TreeSet<>();
        int space = 2000 + random.nextInt(8000);
        for (int round = 0; round < 40; round++) {
            boolean grows = random.nextInt(5) > 1;
            int dense = random.nextInt(space);
            store.apply(txn -> {
                for (int i = random.nextInt(600); i > 0; i--) {
                    int n = random.nextBoolean() ? random.nextInt(space) : Math.min(space, dense + random.nextInt(400));
                    String key = "%05d".formatted(n);
                    if (grows) {
                        txn.put(Key.of(key), ByteString.EMPTY, 0);
                        model.add(key);
                    } else {
                        String end = "%05d".formatted(n + random.nextInt(60));
                        txn.deleteRange(new KeyRange(Key.of(key), Key.of(end)), null);
                        if (key.compareTo(end) < 0) {
                            model.subSet(key, end).clear();
                        }
                    }
                }
            });
            if (random.nextInt(6) == 0 && store.mvcc.currentRevision() > store.mvcc.compactedRevision()) {
                store.compact(store.mvcc.currentRevision());
                store.erase();
            }
            if (random.nextInt(6) == 0) {
                store.reopen();
            }
            for (int i = 0; i < 5; i++) {
                String from = "%05d".formatted(random.nextInt(space));
                String to = "%05d".formatted(random.nextInt(space + 10));
                long expected = from.compareTo(to) < 0 ? model.subSet(from, to).size() : 0;
                assertThat(store.mvcc.count(new KeyRange(Key.of(from), Key.of(to)), 0))
                        .isEqualTo(expected);
                assertThat(store.mvcc.count(new KeyRange(Key.of(from), null), 0))
                        .isEqualTo(model.tailSet(from).size());
            }
            assertThat(store.mvcc.count(KeyRange.ALL, 0)).isEqualTo(model.size());
            assertThat(store.mvcc.counts().total()).isEqualTo(model.size());
        }
    }

    @Property(tries = 15)
    void countsOfThePastEqualAScanOfIt(@ForAll long seed) {
        Random random = new Random(seed);
        StoreFixture store = new StoreFixture(new MemoryEngine());
        long[] sizes = new long[62];
        TreeSet<Integer> model = new TreeSet<>();
        for (int round = 2; round < 62; round++) {
            store.apply(txn -> {
                txn.put(Key.of("x"), ByteString.EMPTY, 0);
                for (int i = random.nextInt(100); i > 0; i--) {
                    int n = random.nextInt(3000);
                    if (random.nextInt(3) > 0) {
                        txn.put(Key.of("%05d".formatted(n)), ByteString.EMPTY, 0);
                        model.add(n);
                    } else {
                        txn.deleteRange(KeyRange.ofKey(Key.of("%05d".formatted(n))), null);
                        model.remove(n);
                    }
                }
            });
            sizes[round] = model.subSet(500, 2500).size();
            if (round == 30) {
                store.reopen(); // what came before is no longer in memory
            }
        }
        KeyRange range = new KeyRange(Key.of("00500"), Key.of("02500"));
        for (int round = 2; round < 62; round++) {
            assertThat(store.mvcc.count(range, round)).isEqualTo(sizes[round]);
        }
    }

    @Test
    void aCountOfManyLooksAtFew() {
        StoreFixture store = new StoreFixture(new MemoryEngine());
        for (int i = 0; i < 100; i++) {
            int base = 1000 * i;
            store.apply(txn -> {
                for (int n = base; n < base + 1000; n++) {
                    txn.put(Key.of("%06d".formatted(n)), ByteString.EMPTY, 0);
                }
            });
        }
        assertThat(store.mvcc.counts().blocks()).isBetween(100, 2000);
        AtomicLong scanned = new AtomicLong();
        KeyRange range = new KeyRange(Key.of("000123"), Key.of("099877"));
        long count = store.mvcc.counts().count(range, store.mvcc.currentRevision(), edge -> {
            long edgeCount = 0;
            try (CurrentKeys.Scan scan = store.mvcc.keys().scan(edge, false)) {
                while (scan.next()) {
                    edgeCount++;
                }
            }
            scanned.addAndGet(edgeCount);
            return edgeCount;
        });
        assertThat(count).isEqualTo(99_877 - 123);
        assertThat(scanned.get()).isLessThan(800);

        store.apply(txn -> txn.deleteRange(new KeyRange(Key.of("000001"), null), null));
        assertThat(store.mvcc.count(KeyRange.ALL, 0)).isEqualTo(1);
        assertThat(store.mvcc.counts().blocks()).isLessThan(3);
    }

    @Test
    void countsAreStoredNowAndThenSoThatARestartNeedsLittleHistory() {
        KvEngine engine = new MemoryEngine();
        StoreFixture store = new StoreFixture(engine);
        for (int batch = 0; batch < 120; batch++) {
            int base = 1000 * batch;
            store.apply(txn -> {
                for (int n = base; n < base + 1000; n++) {
                    txn.put(Key.of("k" + n % 5000), ByteString.EMPTY, 0);
                }
            });
        }
        assertThat(Meta.COUNTED.read(engine, 0)[0]).isGreaterThan(60);
        store.reopen();
        assertThat(store.mvcc.count(KeyRange.ALL, 0)).isEqualTo(5000);
    }
}
