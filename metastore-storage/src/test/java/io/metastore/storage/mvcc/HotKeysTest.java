package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.MemoryEngine;
import org.junit.jupiter.api.Test;

class HotKeysTest {
    private final HotKeys hot = new HotKeys(10_000, new History(new MemoryEngine()));

    @Test
    void aReaderMayNotBringBackAnOlderVersion() {
        Key key = Key.of("a");
        int stamp = hot.stamp(key);
        Head old = head("a", 2);
        hot.written(head("a", 3));
        hot.erased(key);
        hot.offer(old, stamp);

        assertThat(hot.get(key).modRevision()).isEqualTo(3);
    }

    @Test
    void keepsTheBytesOfKeysThatAreReadAndTheNumbersOfTheOthers() {
        hot.written(head("a", 2));
        assertThat(hot.get(Key.of("a")).isFull()).isFalse();

        hot.fill(hot.get(Key.of("a")), head("a", 2));
        assertThat(hot.get(Key.of("a")).isFull()).isTrue();
        hot.written(head("a", 3));
        assertThat(hot.get(Key.of("a")).isFull()).isTrue();
        assertThat(hot.get(Key.of("a")).modRevision()).isEqualTo(3);
    }

    @Test
    void staysBelowItsBoundAndKeepsWhatIsAskedFor() {
        hot.written(head("asked", 1));
        for (int i = 0; i < 1000; i++) {
            assertThat(hot.get(Key.of("asked"))).as("after %d", i).isNotNull();
            hot.written(head("k" + i, i + 2));
            hot.evict();
            assertThat(hot.bytes()).isBetween(1L, 10_000L);
        }
        hot.clear();
        assertThat(hot.bytes()).isZero();
    }

    @Test
    void aBoundOfZeroKeepsNothing() {
        HotKeys none = new HotKeys(0, new History(new MemoryEngine()));
        none.written(head("a", 2));
        none.offer(head("b", 2), none.stamp(Key.of("b")));
        assertThat(none.get(Key.of("a"))).isNull();
        assertThat(none.bytes()).isZero();
    }

    private static Head head(String text, long revision) {
        Key key = Key.of(text);
        byte[] keyValue = KeyValues.encode(key, 1, revision, 1, ByteString.copyFromUtf8("value"), 0);
        return Head.parse(key, new Entry(revision, 0, Entry.Kind.UPDATE, 0, 0, 0, keyValue.length), keyValue, 0);
    }
}
