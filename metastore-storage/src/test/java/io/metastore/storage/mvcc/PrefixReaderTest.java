package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.PrefixQuery.Order;
import io.metastore.storage.mvcc.PrefixReport.Prefix;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PrefixReaderTest {
    private StoreFixture store = new StoreFixture(new MemoryEngine());

    @Property(tries = 30)
    void keysAndBytesOfEveryPrefixEqualAScan(@ForAll long seed) {
        Random random = new Random(seed);
        store = new StoreFixture(new MemoryEngine());
        for (int batch = 0; batch < 20; batch++) {
            store.apply(txn -> {
                for (int i = random.nextInt(400); i > 0; i--) {
                    if (random.nextInt(6) == 0) {
                        Key from = key(random);
                        txn.deleteRange(new KeyRange(from, key(random)), null);
                    } else {
                        txn.put(key(random), ByteString.copyFrom(new byte[random.nextInt(100)]), 0);
                    }
                }
            });
        }
        String below = new String[] {"", "/", "/a", "/a/", "/b/c/", "x"}[random.nextInt(6)];
        int depth = 1 + random.nextInt(4);
        PrefixReport report = reader(4096).read(query(below, depth, 10_000));

        assertThat(asTold(report)).isEqualTo(scanned(below, depth));
        assertThat(report.missing()).isZero();
        assertThat(report.prefixes()).allMatch(Prefix::bytesExact);
    }

    @Property(tries = 20)
    void withoutLookingAtMuchAPrefixIsShortOfNoMoreThanItSays(@ForAll long seed) {
        Random random = new Random(seed);
        store = new StoreFixture(new MemoryEngine());
        for (int batch = 0; batch < 10; batch++) {
            store.apply(txn -> {
                for (int i = 0; i < 1000; i++) {
                    txn.put(key(random), ByteString.copyFrom(new byte[50]), 0);
                }
            });
        }
        PrefixReport report = reader(1 + random.nextInt(5)).read(query("", 3, 10_000));

        assertThat(report.total().keys()).isEqualTo(store.mvcc.liveKeys());
        assertThat(report.keysRead()).isLessThan(store.mvcc.liveKeys());
        Map<String, Prefix> told = report.prefixes().stream()
                .collect(Collectors.toMap(p -> p.name().toString(), p -> p));
        Map<String, String> exact = scanned("", 3);
        exact.remove(""); // the total, which is told by itself
        exact.forEach((name, keysAndBytes) -> {
            long keys = Long.parseLong(keysAndBytes.substring(0, keysAndBytes.indexOf(' ')));
            long known = told.containsKey(name) ? told.get(name).keys() : 0;
            assertThat(known).as(name).isBetween(keys - report.missing(), keys);
        });
    }

    @Test
    void aTreeOfManyKeysIsMadeOfFew() {
        for (int tenant = 0; tenant < 20; tenant++) {
            int number = tenant;
            store.apply(txn -> {
                for (int i = 0; i < 3000; i++) {
                    txn.put(Key.of("/t%02d/%05d".formatted(number, i)), ByteString.copyFrom(new byte[100]), 0);
                }
            });
        }
        PrefixReport report = reader(40).read(query("", 1, 100));

        assertThat(report.prefixes()).hasSize(20).allMatch(prefix -> prefix.keys() == 3000);
        assertThat(report.missing()).isZero();
        assertThat(report.keysRead()).isLessThan(20_000);
        // Every key here is as large as the others, so the estimate must be right.
        long each = report.total().bytes() / 60_000;
        assertThat(report.prefixes()).allSatisfy(prefix -> {
            assertThat(prefix.bytesExact()).isFalse();
            assertThat((double) prefix.bytes() / 3000).isBetween(each - 2.0, each + 2.0);
        });
    }

    @Test
    void theLargestAreKeptWithWhatTheyLieIn() {
        store.apply(txn -> {
            put(txn, "/a/x/", 3, 10);
            put(txn, "/a/y/", 5, 1000);
            put(txn, "/b/", 6, 10);
            put(txn, "/c/", 1, 1);
        });

        assertThat(names(reader(100).read(query("", 2, 3)))).containsExactly("/a/", "/a/y/", "/b/");
        assertThat(names(reader(100).read(new PrefixQuery(Key.of(""), Key.of("/"), 2, 2, Order.BYTES))))
                .containsExactly("/a/", "/a/y/");
    }

    @Test
    void aSeparatorMayBeLongAndKeysHaveNone() {
        store.apply(txn -> {
            put(txn, "a::b::", 2, 1);
            put(txn, "a:b", 3, 1);
        });
        PrefixReport report = reader(100).read(new PrefixQuery(Key.of(""), Key.of("::"), 3, 10, Order.KEYS));

        assertThat(names(report)).containsExactly("a::", "a::b::");
        assertThat(report.total().keys()).isEqualTo(5);
    }

    @Test
    void whenTimeIsUpItCountsWithoutLooking() {
        store.apply(txn -> {
            for (int i = 0; i < 2000; i++) {
                txn.put(Key.of("/t%d/%05d".formatted(i % 2, i)), ByteString.EMPTY, 0);
            }
        });
        long[] now = {0};
        PrefixReport report = new PrefixReader(store.mvcc, () -> now[0] += 6_000_000_000L, 4096).read(query("", 1, 10));

        assertThat(report.keysRead()).isZero();
        assertThat(report.total().keys()).isEqualTo(2000);
        assertThat(report.missing()).isPositive();
        assertThat(report.prefixes()).hasSize(2).allMatch(prefix -> prefix.keys() >= 1000 - report.missing());
    }

    private PrefixReader reader(int maxBlocks) {
        return new PrefixReader(store.mvcc, () -> 0, maxBlocks);
    }

    private static PrefixQuery query(String below, int depth, int top) {
        return new PrefixQuery(Key.of(below), Key.of("/"), depth, top, Order.KEYS);
    }

    private static void put(WriteTxn txn, String prefix, int keys, int valueBytes) {
        for (int i = 0; i < keys; i++) {
            txn.put(Key.of(prefix + i), ByteString.copyFrom(new byte[valueBytes]), 0);
        }
    }

    /** Some prefixes with many keys, many with few. */
    private static Key key(Random random) {
        StringBuilder key = new StringBuilder(random.nextInt(10) == 0 ? "" : "/");
        for (int i = random.nextInt(5); i > 0; i--) {
            key.append("abcx".charAt(Math.min(3, random.nextInt(12)))).append(random.nextInt(20) == 0 ? "//" : "/");
        }
        return Key.of(key.append(random.nextInt(3000)).toString());
    }

    private static List<String> names(PrefixReport report) {
        return report.prefixes().stream()
                .map(prefix -> prefix.name().toString())
                .toList();
    }

    private static Map<String, String> asTold(PrefixReport report) {
        Map<String, String> told = new TreeMap<>();
        report.prefixes().forEach(p -> told.put(p.name().toString(), p.keys() + " " + p.bytes()));
        told.put(
                report.total().name().toString(),
                report.total().keys() + " " + report.total().bytes());
        return told;
    }

    /** The same, from a scan and by the words of the definition. */
    private Map<String, String> scanned(String below, int depth) {
        TreeMap<String, long[]> sums = new TreeMap<>();
        sums.put(below, new long[2]);
        store.mvcc.read(view -> view.forEachHead(KeyRange.ofPrefix(Key.of(below)), head -> {
            String key = head.key().toString();
            add(sums, below, head);
            int at = key.startsWith("/", below.length()) ? below.length() + 1 : below.length();
            for (int level = 0; level < depth && key.indexOf('/', at) >= 0; level++) {
                at = key.indexOf('/', at) + 1;
                add(sums, key.substring(0, at), head);
            }
            return true;
        }));
        Map<String, String> told = new TreeMap<>();
        sums.forEach((name, sum) -> told.put(name, sum[0] + " " + sum[1]));
        return told;
    }

    private static void add(Map<String, long[]> sums, String name, Head head) {
        long[] sum = sums.computeIfAbsent(name, n -> new long[2]);
        sum[0]++;
        sum[1] += head.keyValue().length;
    }
}
