package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HotKeysTest {
    private final HotKeys hot = new HotKeys(16 << 10);

    @Test
    void aReaderMayNotBringBackAnOlderVersion() {
        Key key = Key.of("a");
        int stamp = hot.stamp(key);
        hot.written(head("a", 3));
        hot.offer(key, stored("a", 2), stamp);
        assertThat(hot.get(key)).isNull();

        hot.offer(key, stored("a", 3), hot.stamp(key));
        assertThat(hot.get(key).modRevision()).isEqualTo(3);
    }

    @Test
    void keepsUpWithKeysThatAreReadAndLetsGoOfTheOthers() {
        Key key = Key.of("a");
        hot.written(head("a", 2));
        assertThat(hot.get(key)).as("only written").isNull();

        hot.offer(key, stored("a", 2), hot.stamp(key));
        assertThat(hot.get(key).modRevision()).isEqualTo(2);
        hot.written(head("a", 3));
        assertThat(hot.get(key).modRevision()).as("read before it was written").isEqualTo(3);
        hot.written(head("a", 4));
        hot.written(head("a", 5));
        assertThat(hot.get(key)).as("written again, and not read between").isNull();
        assertThat(hot.size()).isZero();
    }

    @Test
    void keepsVersionsOfOtherLengthsToo() {
        Key key = Key.of("a");
        hot.offer(key, stored("a", 2), hot.stamp(key));
        for (int length : new int[] {1, 100, 99, 3, 0}) {
            assertThat(hot.get(key)).isNotNull();
            Head longer = head("a", 3 + length, "v".repeat(length));
            hot.written(longer);
            assertThat(hot.get(key).value()).isEqualTo(longer.value());
            assertThat(hot.get(key).record()).isEqualTo(longer.record());
            assertThat(hot.size()).isOne();
        }
        hot.written(head("a", 1000, "v".repeat(10_000)));
        assertThat(hot.get(key)).as("too large").isNull();
    }

    @Test
    void forgetsAnErasedTombstoneAndNothingElse() {
        hot.offer(Key.of("a"), stored("a", 2), hot.stamp(Key.of("a")));
        hot.erased(Key.of("a"));
        assertThat(hot.get(Key.of("a"))).isNotNull();

        byte[] keyOnly = KeyValues.encodeTombstone(Key.of("b"));
        Entry tombstone = new Entry(3, 0, Entry.Kind.TOMBSTONE, 0, 0, 0, keyOnly.length);
        hot.offer(Key.of("b"), stored(Head.parse(Key.of("b"), tombstone, keyOnly, 0)), hot.stamp(Key.of("b")));
        assertThat(hot.get(Key.of("b")).isTombstone()).isTrue();
        hot.erased(Key.of("b"));
        assertThat(hot.get(Key.of("b"))).isNull();
        hot.erased(Key.of("b"));
    }

    @Test
    void staysBelowItsBoundAndKeepsWhatIsAskedFor() {
        hot.offer(Key.of("asked"), stored("asked", 1), hot.stamp(Key.of("asked")));
        for (int i = 0; i < 1000; i++) {
            assertThat(hot.get(Key.of("asked"))).as("after %d", i).isNotNull();
            hot.offer(Key.of("k" + i), stored("k" + i, i + 2), hot.stamp(Key.of("k" + i)));
            assertThat(hot.size()).isBetween(1, (16 << 10) / 40);
        }
        assertThat(hot.get(Key.of("k999"))).as("missed once, when it was full").isNull();
        for (int i = 0; i < 2000; i++) {
            Key key = Key.of("k" + i);
            assertThat(hot.get(Key.of("asked"))).as("after %d", i).isNotNull();
            hot.offer(key, stored("k" + i, 2000), hot.stamp(key));
            hot.offer(key, stored("k" + i, 2000), hot.stamp(key));
            assertThat(hot.get(key)).as("missed twice").isNotNull();
            assertThat(hot.size()).isBetween(1, (16 << 10) / 40);
        }
        hot.clear();
        assertThat(hot.size()).isZero();
        assertThat(hot.get(Key.of("asked"))).isNull();
    }

    @Test
    void aBoundOfZeroKeepsNothing() {
        HotKeys none = new HotKeys(0);
        none.offer(Key.of("b"), stored("b", 2), none.stamp(Key.of("b")));
        none.written(head("b", 3, "value"));
        none.erased(Key.of("b"));
        assertThat(none.get(Key.of("b"))).isNull();
        assertThat(none.size()).isZero();
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
