package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class HotKeysTest {
    private final HotKeys hot = new HotKeys(10_000);

    @Test
    void aReaderMayNotBringBackAnOlderVersion() {
        Key key = Key.of("a");
        int stamp = hot.stamp(key);
        hot.written(head("a", 3));
        hot.offer(head("a", 2), stamp);
        assertThat(hot.get(key)).isNull();

        hot.offer(head("a", 3), hot.stamp(key));
        assertThat(hot.get(key).modRevision()).isEqualTo(3);
    }

    @Test
    void keepsUpWithKeysThatAreReadAndLetsGoOfTheOthers() {
        Key key = Key.of("a");
        hot.written(head("a", 2));
        assertThat(hot.get(key)).as("only written").isNull();

        hot.offer(head("a", 2), hot.stamp(key));
        assertThat(hot.get(key).modRevision()).isEqualTo(2);
        hot.written(head("a", 3));
        assertThat(hot.get(key).modRevision()).as("read before it was written").isEqualTo(3);
        hot.written(head("a", 4));
        hot.written(head("a", 5));
        assertThat(hot.get(key)).as("written again, and not read between").isNull();
        assertThat(hot.bytes()).isZero();
    }

    @Test
    void forgetsAnErasedTombstoneAndNothingElse() {
        hot.offer(head("a", 2), hot.stamp(Key.of("a")));
        hot.erased(Key.of("a"));
        assertThat(hot.get(Key.of("a"))).isNotNull();

        byte[] keyOnly = KeyValues.encodeTombstone(Key.of("b"));
        Entry tombstone = new Entry(3, 0, Entry.Kind.TOMBSTONE, 0, 0, 0, keyOnly.length);
        hot.offer(Head.parse(Key.of("b"), tombstone, keyOnly, 0), hot.stamp(Key.of("b")));
        hot.erased(Key.of("b"));
        assertThat(hot.get(Key.of("b"))).isNull();
    }

    @Test
    void staysBelowItsBoundAndKeepsWhatIsAskedFor() {
        hot.offer(head("asked", 1), hot.stamp(Key.of("asked")));
        for (int i = 0; i < 1000; i++) {
            assertThat(hot.get(Key.of("asked"))).as("after %d", i).isNotNull();
            hot.offer(head("k" + i, i + 2), hot.stamp(Key.of("k" + i)));
            assertThat(hot.bytes()).isBetween(1L, 10_000L);
        }
        assertThat(hot.get(Key.of("k999"))).as("missed once, when it was full").isNull();
        hot.offer(head("k999", 1001), hot.stamp(Key.of("k999")));
        assertThat(hot.get(Key.of("k999"))).as("missed twice").isNotNull();
        hot.clear();
        assertThat(hot.bytes()).isZero();
    }

    @Test
    void aBoundOfZeroKeepsNothing() {
        HotKeys none = new HotKeys(0);
        none.offer(head("b", 2), none.stamp(Key.of("b")));
        assertThat(none.get(Key.of("b"))).isNull();
        assertThat(none.bytes()).isZero();
    }

    private static Head head(String text, long revision) {
        Key key = Key.of(text);
        byte[] keyValue = KeyValues.encode(key, 1, revision, 1, ByteString.copyFromUtf8("value"), 0);
        return Head.parse(key, new Entry(revision, 0, Entry.Kind.UPDATE, 0, 0, 0, keyValue.length), keyValue, 0);
    }
}
