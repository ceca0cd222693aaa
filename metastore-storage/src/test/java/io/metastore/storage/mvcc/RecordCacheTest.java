package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.MemoryEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordCacheTest {
    private static final long SPILL_BYTES = 2 << 20;
    private static final String LARGE = "v".repeat(CachePart.MAX_WRITTEN_BYTES);

    private final History history = new History(new MemoryEngine());
    private final RecordCache cache = new RecordCache(64 << 10, 0, null, history);

    @TempDir
    Path directory;

    @Test
    void aReaderMayNotBringBackAnOlderVersion() {
        Key key = Key.of("a");
        int stamp = cache.stamp(key);
        cache.written(head("a", 3));
        cache.erased(key);
        cache.clear();
        cache.offer(key, stored("a", 2), stamp);
        assertThat(cache.get(key)).isNull();

        cache.offer(key, stored("a", 3), cache.stamp(key));
        assertThat(cache.get(key).modRevision()).isEqualTo(3);
    }

    @Test
    void holdsWhatIsWrittenWithItsBytes() {
        Key key = Key.of("a");
        for (int length : new int[] {1, 100, 99, 3, 0}) {
            Head head = head("a", 3 + length, "v".repeat(length));
            cache.written(head);
            assertThat(cache.get(key).value()).isEqualTo(head.value());
            assertThat(cache.get(key).record()).isEqualTo(head.record());
            assertThat(cache.size()).isOne();
        }
    }

    @Test
    void ofLargeValuesHoldsTheNumbersUntilTheyAreRead() {
        Key key = Key.of("a");
        Entry record = new Entry(Long.MAX_VALUE, 7, Entry.Kind.UPDATE, 1L << 40, 3, 1_500_000, 99_000);
        cache.written(Head.ofNumbers(key, record, 1L << 33, 1L << 50, Long.MIN_VALUE, history));
        assertThat(cache.get(key)).isNull();
        Head numbers = cache.numbers(key);
        assertThat(numbers.record()).isEqualTo(record);
        assertThat(numbers.createRevision()).isEqualTo(1L << 33);
        assertThat(numbers.version()).isEqualTo(1L << 50);
        assertThat(numbers.lease()).isEqualTo(Long.MIN_VALUE);
        assertThat(numbers.isFull()).isFalse();

        cache.offer(key, stored(head("a", 5, LARGE)), cache.stamp(key));
        assertThat(cache.get(key).modRevision()).isEqualTo(5);
        cache.written(head("a", 6, LARGE));
        assertThat(cache.get(key).modRevision())
                .as("read before it was written")
                .isEqualTo(6);
        cache.written(head("a", 7, LARGE));
        cache.written(head("a", 8, LARGE));
        assertThat(cache.get(key)).as("written again, and not read between").isNull();
        assertThat(cache.numbers(key).modRevision()).isEqualTo(8);
    }

    @Test
    void forgetsAnErasedTombstoneAndNothingElse() {
        cache.written(head("a", 2));
        cache.erased(Key.of("a"));
        assertThat(cache.get(Key.of("a"))).isNotNull();

        byte[] keyOnly = KeyValues.encodeTombstone(Key.of("b"));
        Entry tombstone = new Entry(3, 0, Entry.Kind.TOMBSTONE, 0, 0, 0, keyOnly.length);
        cache.written(Head.parse(Key.of("b"), tombstone, keyOnly, 0));
        assertThat(cache.get(Key.of("b")).isTombstone()).isTrue();
        cache.erased(Key.of("b"));
        assertThat(cache.get(Key.of("b"))).isNull();
        cache.erased(Key.of("b"));
    }

    @Test
    void withoutAFileStaysBelowItsBoundAndKeepsWhatIsAskedFor() {
        RecordCache tiny = new RecordCache(16 << 10, 0, null, history);
        tiny.offer(Key.of("asked"), stored("asked", 1), tiny.stamp(Key.of("asked")));
        for (int i = 0; i < 1000; i++) {
            assertThat(tiny.get(Key.of("asked"))).as("after %d", i).isNotNull();
            tiny.offer(Key.of("k" + i), stored("k" + i, i + 2), tiny.stamp(Key.of("k" + i)));
            assertThat(tiny.size()).isBetween(1, (16 << 10) / 40);
        }
        assertThat(tiny.get(Key.of("k999"))).as("missed once, when it was full").isNull();
        for (int i = 0; i < 2000; i++) {
            Key key = Key.of("k" + i);
            assertThat(tiny.get(Key.of("asked"))).as("after %d", i).isNotNull();
            tiny.offer(key, stored("k" + i, 2000), tiny.stamp(key));
            tiny.offer(key, stored("k" + i, 2000), tiny.stamp(key));
            assertThat(tiny.get(key)).as("missed twice").isNotNull();
            assertThat(tiny.size()).isBetween(1, (16 << 10) / 40);
        }
        tiny.clear();
        assertThat(tiny.size()).isZero();
        assertThat(tiny.get(Key.of("asked"))).isNull();
    }

    @Test
    void aBoundOfZeroKeepsNothing() {
        try (RecordCache none = new RecordCache(0, SPILL_BYTES, directory, history)) {
            none.offer(Key.of("b"), stored("b", 2), none.stamp(Key.of("b")));
            none.written(head("b", 3, "value"));
            none.erased(Key.of("b"));
            assertThat(none.get(Key.of("b"))).isNull();
            assertThat(none.numbers(Key.of("b"))).isNull();
            assertThat(none.size()).isZero();
        }
    }

    @Test
    void whatDoesNotStayInMemoryIsReadFromAFileWithoutAName() {
        try (RecordCache spilling = new RecordCache(64 << 10, SPILL_BYTES, directory, history)) {
            assertThat(directory).isEmptyDirectory();
            for (int i = 0; i < 4000; i++) {
                spilling.written(head("key" + i, i + 2, "value " + i));
            }
            spilling.written(head("large", 5000, LARGE));
            for (int i = 0; i < 4000; i++) {
                Key key = Key.of("key" + i);
                Head found = spilling.get(key);
                assertThat(found).as("key%d", i).isNotNull();
                assertThat(found.key()).isEqualTo(key);
                assertThat(found.value().toStringUtf8()).isEqualTo("value " + i);
                Head quick = spilling.getIfQuick(key);
                assertThat(quick == null || quick.modRevision() == i + 2).isTrue();
                assertThat(spilling.numbers(key).modRevision()).isEqualTo(i + 2);
            }
            assertThat(spilling.size()).isLessThan(1500);
            assertThat(spilling.spilled()).isGreaterThan(2500);
            spilling.clear();
            assertThat(spilling.spilled()).isZero();
            assertThat(spilling.get(Key.of("key1"))).isNull();
        }
    }

    @Test
    void whatTheFileDoesNotHoldAnyMoreIsGone() {
        try (RecordCache spilling = new RecordCache(64 << 10, SPILL_BYTES, directory, history)) {
            for (int i = 0; i < 60_000; i++) {
                spilling.written(head("key" + i, i + 2, "value " + i));
            }
            assertThat(spilling.get(Key.of("key0"))).isNull();
            int found = 0;
            for (int i = 0; i < 60_000; i++) {
                Head head = spilling.get(Key.of("key" + i));
                if (head != null) {
                    found++;
                    assertThat(head.modRevision()).isEqualTo(i + 2);
                }
            }
            assertThat(found).isBetween((int) SPILL_BYTES / 160, (int) SPILL_BYTES / 48);
        }
    }

    @Test
    void withoutItsFileItGoesOn() {
        RecordCache spilling = new RecordCache(64 << 10, SPILL_BYTES, directory, history);
        for (int i = 0; i < 4000; i++) {
            spilling.written(head("key" + i, i + 2));
        }
        spilling.close();
        assertThat(spilling.get(Key.of("key0"))).isNull();
        for (int i = 0; i < 4000; i++) {
            spilling.written(head("key" + i, i + 5000));
            assertThat(spilling.get(Key.of("key" + i)).modRevision()).isEqualTo(i + 5000);
        }
        assertThat(spilling.spilled()).isZero();
    }

    /** Far more keys than fit, of all lengths, against a map: what is told is always the newest. */
    @Test
    void whatIsThereIsTheNewest() {
        long seed = 7;
        for (long spillBytes : new long[] {0, SPILL_BYTES}) {
            try (RecordCache small = new RecordCache(64 << 10, spillBytes, directory, history)) {
                Map<String, Long> newest = new HashMap<>();
                Random random = new Random(seed);
                int hits = 0;
                for (long revision = 2; revision < 200_000; revision++) {
                    int number = (int) Math.abs(random.nextGaussian() * 8000);
                    String text = "k".repeat(number % 97) + number;
                    Key key = Key.of(text);
                    Head found =
                            switch (random.nextInt(3)) {
                                case 0 -> small.get(key);
                                case 1 -> small.getIfQuick(key);
                                default -> small.numbers(key);
                            };
                    if (found != null) {
                        hits++;
                        assertThat(found.modRevision()).as("seed %d", seed).isEqualTo(newest.get(text));
                    } else if (newest.containsKey(text) && random.nextBoolean()) {
                        small.offer(key, stored(head(text, newest.get(text), "of " + number)), small.stamp(key));
                    }
                    if (random.nextInt(3) > 0) {
                        String value = number % 50 == 0 ? LARGE : "v".repeat(number % 7 * 9);
                        small.written(head(text, revision, value));
                        newest.put(text, revision);
                    }
                }
                assertThat(hits).as("hits").isGreaterThan(spillBytes == 0 ? 3000 : 30_000);
            }
        }
    }

    /** One writes, others read and bring what they read: nobody ever sees a version older than one that was there before he asked. */
    @Test
    void readersBesideTheWriterFindNothingOld() throws Exception {
        int keys = 5000;
        AtomicLongArray engine = new AtomicLongArray(keys);
        AtomicLongArray published = new AtomicLongArray(keys);
        AtomicLong reads = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (RecordCache shared = new RecordCache(64 << 10, SPILL_BYTES, directory, history)) {
            Callable<Void> reader = () -> {
                while (published.get(0) >= 0) {
                    int number = ThreadLocalRandom.current().nextInt(1, keys);
                    Key key = Key.of("key" + number);
                    long before = published.get(number);
                    Head found = shared.get(key);
                    if (found != null) {
                        assertThat(found.modRevision()).isGreaterThanOrEqualTo(before);
                        assertThat(found.value().toStringUtf8()).isEqualTo("of " + found.modRevision());
                        reads.incrementAndGet();
                        continue;
                    }
                    int stamp = shared.stamp(key);
                    long stored = engine.get(number);
                    if (stored > 0) {
                        shared.offer(key, stored(head("key" + number, stored, "of " + stored)), stamp);
                    }
                }
                return null;
            };
            List<Future<Void>> readers = List.of(threads.submit(reader), threads.submit(reader));
            Random random = new Random(3);
            for (long revision = 2; revision < 300_000; revision++) {
                int number = random.nextInt(1, keys);
                engine.set(number, revision);
                shared.written(head("key" + number, revision, "of " + revision));
                published.set(number, revision);
            }
            published.set(0, -1);
            for (Future<Void> each : readers) {
                each.get();
            }
            assertThat(reads.get()).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void leavesLongKeysAlone() {
        cache.written(head("x".repeat(KeyedBytes.MAX_KEY_BYTES), 2));
        cache.written(head("y".repeat(KeyedBytes.MAX_KEY_BYTES + 1), 3));
        assertThat(cache.size()).isEqualTo(1);
    }

    private static byte[] stored(String text, long revision) {
        return stored(head(text, revision, "value"));
    }

    /** As {@code kv} holds it. */
    private static byte[] stored(Head head) {
        byte[] header = new byte[Entry.MAX_HEADER_BYTES];
        int headerLength = head.record().encodeHeader(header);
        byte[] stored = Arrays.copyOf(header, headerLength + head.keyValueLength());
        System.arraycopy(head.keyValue(), 0, stored, headerLength, head.keyValueLength());
        return stored;
    }

    private static Head head(String text, long revision) {
        return head(text, revision, "value");
    }

    private static Head head(String text, long revision, String value) {
        Key key = Key.of(text);
        byte[] keyValue = KeyValues.encode(key, 1, revision, 1, ByteString.copyFromUtf8(value), 0);
        return Head.parse(key, new Entry(revision, 0, Entry.Kind.UPDATE, 0, 0, 0, keyValue.length), keyValue, 0);
    }
}
