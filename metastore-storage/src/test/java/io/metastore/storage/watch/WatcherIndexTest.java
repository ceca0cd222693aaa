package io.metastore.storage.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class WatcherIndexTest {

    private record Watching(KeyRange range, int id) {}

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void findsExactlyTheRangesThatContainTheKey(@ForAll long seed) {
        Random random = new Random(seed);
        WatcherIndex<Watching> index = new WatcherIndex<>();
        List<Watching> all = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            if (random.nextInt(3) > 0 || all.isEmpty()) {
                Watching added = new Watching(range(random), step);
                index.add(added.range(), added);
                all.add(added);
            } else {
                Watching removed = all.remove(random.nextInt(all.size()));
                index.remove(removed.range(), removed);
            }
            Key key = key(random);
            List<Watching> found = new ArrayList<>();
            index.forEachWatching(key, found::add);
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(all.stream()
                            .filter(watching -> watching.range().contains(key))
                            .toList());
        }
        all.forEach(watching -> index.remove(watching.range(), watching));
        assertThat(index.isEmpty()).isTrue();
    }

    private static KeyRange range(Random random) {
        Key start = key(random);
        Key end = key(random);
        return switch (random.nextInt(4)) {
            case 0 -> new KeyRange(start, start.successor());
            case 1 -> new KeyRange(start, null);
            default -> start.compareTo(end) < 0 ? new KeyRange(start, end) : new KeyRange(end, start.successor());
        };
    }

    /** Few letters and short, so that keys and borders meet. */
    private static Key key(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(6) * 51);
        }
        return Key.of(bytes);
    }
}
