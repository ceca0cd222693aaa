package io.metastore.storage.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySetTest {
    private static final List<String> ALPHABET = List.of("a", "a\0", "b", "bb", "c", "d", "d\0");

    /** Ranges are "a" (one key), "a-c" (up to but not including c), "a-" (to the last key). */
    @ParameterizedTest(name = "{0} has {1}: {2}")
    @CsvSource({
        "a-c c-e, a-e, true",
        "a-c c-e, b-d, true",
        "a-c c-e, a-f, false",
        "a-c c-e, a-, false",
        "a-c c-e, d, true",
        "a-c c-e, e, false",
        "a-c d-e, a-e, false",
        "a-c b-e, a-e, true",
        "a-e b-c, a-e, true",
        "a- , a-, true",
        "a- , b-, true",
        "a- , x-z, true",
        "b- , a-, false",
        "b- a-c, a-, true",
        "k, k, true",
        "k, k-l, false",
        "k, l, false",
        "a-k k, a-k, true",
        "a-c, '', false",
        "'', a, false",
        // Nothing is in these ranges, but etcd asks for their start all the same.
        "m-p, n-a, true",
        "m-p, a-a, false",
        "a-c, b-b, true",
    })
    void holdsWhatIsWhollyInIt(String set, String range, boolean held) {
        assertThat(setOf(set).contains(range(range))).isEqualTo(held);
    }

    @Test
    void aPointIsTheRangeUpToItsSuccessor() {
        Key key = Key.of("k");

        assertThat(setOf("k").contains(new KeyRange(key, key.successor()))).isTrue();
        assertThat(setOf("k").contains(new KeyRange(key, key.successor().successor())))
                .isFalse();
    }

    /** A set of intervals and a list of them, asked key by key, agree. */
    @Property(tries = 2000)
    void agreesWithTheIntervalsOneByOne(@ForAll("ranges") List<KeyRange> ranges, @ForAll("range") KeyRange asked) {
        KeySet set = new KeySet(ranges);
        boolean expected = !asked.isEmpty()
                && keysOf(asked).stream().allMatch(key -> ranges.stream().anyMatch(range -> range.contains(key)))
                && (asked.end() != null || ranges.stream().anyMatch(range -> range.end() == null));
        if (!asked.isEmpty()) {
            assertThat(set.contains(asked)).isEqualTo(expected);
        }
    }

    /** Every key that can tell two ranges of the alphabet apart: its letters, and what lies right behind them. */
    private static List<Key> keysOf(KeyRange range) {
        List<Key> keys = new ArrayList<>();
        for (String letter : ALPHABET) {
            keys.add(Key.of(letter));
            keys.add(Key.of(letter).successor());
            keys.add(Key.of(letter + "\0\0\1"));
        }
        keys.add(Key.of("zzz"));
        return keys.stream().filter(range::contains).toList();
    }

    @Provide
    Arbitrary<KeyRange> range() {
        Arbitrary<String> letter = Arbitraries.of(ALPHABET);
        Arbitrary<KeyRange> bounded =
                Combinators.combine(letter, letter).as((from, to) -> new KeyRange(Key.of(from), Key.of(to)));
        Arbitrary<KeyRange> open = letter.map(from -> new KeyRange(Key.of(from), null));
        Arbitrary<KeyRange> point = letter.map(key -> KeyRange.ofKey(Key.of(key)));
        return Arbitraries.oneOf(bounded, open, point);
    }

    @Provide
    Arbitrary<List<KeyRange>> ranges() {
        return range().filter(range -> !range.isEmpty()).list().ofMaxSize(5);
    }

    private static KeySet setOf(String ranges) {
        return new KeySet(Arrays.stream(ranges.split(" "))
                .filter(text -> !text.isEmpty())
                .map(KeySetTest::range)
                .toList());
    }

    private static KeyRange range(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            return KeyRange.ofKey(Key.of(text));
        }
        String end = text.substring(dash + 1);
        return new KeyRange(Key.of(text.substring(0, dash)), end.isEmpty() ? null : Key.of(end));
    }
}
