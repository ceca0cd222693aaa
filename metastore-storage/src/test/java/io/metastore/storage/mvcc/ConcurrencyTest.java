package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.RocksEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers beside the writer and the compactor. Every transaction moves one unit between two of the accounts, creates one
 * key and deletes another, so whoever sees a whole revision sees the same sum and the same count.
 */
@Timeout(120)
class ConcurrencyTest {
    private static final int ACCOUNTS = 40;
    private static final int TRANSACTIONS = 4000;
    private static final KeyRange ALL_ACCOUNTS = new KeyRange(Key.of("account/"), Key.of("account0"));
    private static final KeyRange ALL_TICKETS = new KeyRange(Key.of("ticket/"), Key.of("ticket0"));
    private static final int TICKETS = 1500;

    @TempDir
    Path directory;

    @Test
    void everyReaderSeesWholeRevisions() throws Exception {
        MvccConfig config = new MvccConfig(20_000, 20_000, 1 << 20, 100, Duration.ofNanos(1000), 1000);
        try (KvEngine engine =
                        RocksEngine.open(directory.resolve("state"), new EngineConfig(8 << 20, 2 << 20, 4096, 2));
                MvccStore store = MvccStore.open(engine, config)) {
            openAccounts(store);
            store.compactor().start();
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicLong reads = new AtomicLong();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random random = new Random(i);
                readers.add(new Thread(() -> {
                    try {
                        while (!done.get()) {
                            check(store, random);
                            reads.incrementAndGet();
                        }
                    } catch (Throwable t) {
                        failure.compareAndSet(null, t);
                    }
                }));
            }
            readers.forEach(Thread::start);
            write(store, failure);
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(failure.get()).isNull();
            assertThat(reads.get()).isGreaterThan(10);
        }
    }

    private static void openAccounts(MvccStore store) {
        WriteTxn txn = store.writer();
        txn.begin();
        for (int i = 0; i < ACCOUNTS; i++) {
            txn.put(account(i), ByteString.copyFromUtf8("100"), 0);
        }
        for (int i = 0; i < TICKETS; i++) {
            txn.put(ticket(i), ByteString.EMPTY, 0);
        }
        txn.end();
        txn.commit();
    }

    private static void write(MvccStore store, AtomicReference<Throwable> failure) {
        Random random = new Random(99);
        WriteTxn txn = store.writer();
        for (int i = 0; i < TRANSACTIONS && failure.get() == null; i++) {
            txn.begin();
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            add(txn, account(from), -1);
            add(txn, account(to), 1);
            txn.put(ticket(TICKETS + i), ByteString.EMPTY, 0);
            txn.deleteRange(KeyRange.ofKey(ticket(i)), null);
            txn.end();
            if (i % 300 == 299) {
                txn.compact(txn.revision() - random.nextInt(5));
            }
            if (random.nextInt(5) == 0) {
                txn.commit();
            }
        }
        txn.commit();
    }

    private static void add(WriteTxn txn, Key key, int amount) {
        long before = Long.parseLong(txn.head(key).value().toStringUtf8());
        txn.put(key, ByteString.copyFromUtf8("" + (before + amount)), 0);
    }

    private static void check(MvccStore store, Random random) throws Exception {
        long current = store.currentRevision();
        long revision = random.nextBoolean() ? 0 : Math.max(2, current - random.nextInt(50));
        try {
            RangeResponse accounts = StoreFixture.parse(store.range(RangeQuery.of(ALL_ACCOUNTS, revision)));
            long sum = 0;
            for (KeyValue account : accounts.getKvsList()) {
                sum += Long.parseLong(account.getValue().toStringUtf8());
            }
            assertThat(sum).as("at %d", revision).isEqualTo(100L * ACCOUNTS);
            assertThat(store.count(ALL_TICKETS, revision)).as("at %d", revision).isEqualTo(TICKETS);
            Key one = account(random.nextInt(ACCOUNTS));
            RangeResponse got = StoreFixture.parse(store.range(RangeQuery.of(KeyRange.ofKey(one), revision)));
            assertThat(got.getKvs(0).getModRevision()).isGreaterThanOrEqualTo(2);
            long both = store.read(view -> {
                long total = 0;
                for (int i = 0; i < ACCOUNTS; i++) {
                    total += Long.parseLong(view.head(account(i)).value().toStringUtf8());
                }
                return total;
            });
            assertThat(both).isEqualTo(100L * ACCOUNTS);
            RangeResult hot = store.rangeIfHot(RangeQuery.of(KeyRange.ofKey(one), 0));
            if (hot != null) {
                assertThat(StoreFixture.parse(hot).getKvs(0).getModRevision()).isLessThanOrEqualTo(hot.revision());
            }
            long[] expected = {Math.max(2, revision)};
            store.changes(expected[0], current, 20, change -> {
                assertThat(change.revision().main()).isBetween(expected[0], expected[0] + 1);
                expected[0] = change.revision().main();
            });
        } catch (EtcdException refused) {
            assertThat(refused.error()).isEqualTo(EtcdError.COMPACTED);
            assertThat(revision).isPositive();
        } catch (CompactedException passed) {
            assertThat(passed.compactRevision()).isPositive();
        }
    }

    private static Key account(int number) {
        return Key.of("account/%03d".formatted(number));
    }

    private static Key ticket(int number) {
        return Key.of("ticket/%06d".formatted(number));
    }
}
