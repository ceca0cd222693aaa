package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.MemoryEngine;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionCacheTest {
    private final History history = new History(new MemoryEngine());

    @Test
    void tellsAllNumbersOfTheNewestVersion() {
        VersionCache versions = new VersionCache(1 << 20, history);
        Entry record = new Entry(Long.MAX_VALUE, 7, Entry.Kind.UPDATE, 1L << 40, 3, 1_500_000, 99);
        Head head = Head.ofNumbers(Key.of("key"), record, 1L << 33, 1L << 50, Long.MIN_VALUE, history);
        versions.put(head);

        Head found = versions.get(Key.of("key"));
        assertThat(found.record()).isEqualTo(record);
        assertThat(found.createRevision()).isEqualTo(1L << 33);
        assertThat(found.version()).isEqualTo(1L << 50);
        assertThat(found.lease()).isEqualTo(Long.MIN_VALUE);
        assertThat(found.isFull()).isFalse();
        assertThat(versions.get(Key.of("key2"))).isNull();
        assertThat(versions.get(Key.of(""))).isNull();
    }

    @Test
    void keepsTombstonesToo() {
        VersionCache versions = new VersionCache(1 << 20, history);
        versions.put(head("a", 5, Entry.Kind.TOMBSTONE));
        assertThat(versions.get(Key.of("a")).isTombstone()).isTrue();
        versions.put(head("a", 6, Entry.Kind.CREATION));
        assertThat(versions.get(Key.of("a")).record().kind()).isEqualTo(Entry.Kind.CREATION);
    }

    /** Far more keys than fit, of all lengths, against a map: what is told is always the newest. */
    @Test
    void whatIsThereIsTheNewest() {
        VersionCache versions = new VersionCache(64 << 10, history);
        Map<String, Long> newest = new HashMap<>();
        Random random = new Random(7);
        int hits = 0;
        for (long revision = 2; revision < 200_000; revision++) {
            int number = (int) Math.abs(random.nextGaussian() * 400);
            String key = "k".repeat(number % 97) + number;
            Head found = versions.get(Key.of(key));
            if (found != null) {
                hits++;
                assertThat(found.modRevision()).isEqualTo(newest.get(key));
            }
            if (random.nextInt(3) > 0) {
                versions.put(head(key, revision, Entry.Kind.UPDATE));
                newest.put(key, revision);
            }
        }
        assertThat(hits).as("hits").isGreaterThan(50_000);
        assertThat(versions.size()).isBetween(100, (64 << 10) / 72);
    }

    @Test
    void keepsWhatIsAskedForWhileOthersPassBy() {
        VersionCache versions = new VersionCache(16 << 10, history);
        versions.put(head("asked", 2, Entry.Kind.UPDATE));
        for (int i = 0; i < 10_000; i++) {
            assertThat(versions.get(Key.of("asked"))).as("after %d", i).isNotNull();
            versions.put(head("passing" + i, i + 3, Entry.Kind.CREATION));
        }
        assertThat(versions.get(Key.of("passing1"))).isNull();
        versions.clear();
        assertThat(versions.size()).isZero();
        assertThat(versions.get(Key.of("asked"))).isNull();
    }

    @Test
    void leavesLongKeysAndSmallBudgetsAlone() {
        VersionCache versions = new VersionCache(1 << 20, history);
        versions.put(head("x".repeat(KeyedBytes.MAX_KEY_BYTES), 2, Entry.Kind.UPDATE));
        versions.put(head("y".repeat(KeyedBytes.MAX_KEY_BYTES + 1), 3, Entry.Kind.UPDATE));
        assertThat(versions.size()).isEqualTo(1);

        VersionCache none = new VersionCache(1000, history);
        none.put(head("a", 2, Entry.Kind.UPDATE));
        assertThat(none.get(Key.of("a"))).isNull();
    }

    private Head head(String text, long revision, Entry.Kind kind) {
        Key key = Key.of(text);
        byte[] keyValue = KeyValues.encode(key, 1, revision, 1, ByteString.copyFromUtf8("value"), 0);
        return Head.parse(key, new Entry(revision, 0, kind, 0, 0, 0, keyValue.length), keyValue, 0);
    }
}
