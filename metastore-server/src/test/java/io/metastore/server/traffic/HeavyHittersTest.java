package io.metastore.server.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.traffic.HeavyHitters.Count;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HeavyHittersTest {

    @Property(tries = 100)
    void boundsHoldAndNobodyFrequentIsMissing(@ForAll long seed) {
        Random random = new Random(seed);
        int capacity = 1 + random.nextInt(30);
        HeavyHitters<Integer> one = new HeavyHitters<>(capacity);
        HeavyHitters<Integer> other = new HeavyHitters<>(capacity);
        Map<Integer, Long> exact = new HashMap<>();
        int total = random.nextInt(3000);
        for (int i = 0; i < total; i++) {
            int item = (int) Math.abs(random.nextGaussian() * 20);
            (random.nextInt(3) == 0 ? one : other).add(item);
            exact.merge(item, 1L, Long::sum);
        }
        List<Count<Integer>> top = HeavyHitters.top(one, other, Integer.MAX_VALUE);

        assertThat(top).hasSizeLessThanOrEqualTo(2 * capacity);
        assertThat(top)
                .allSatisfy(count -> assertThat(exact.get(count.item())).isBetween(count.certain(), count.count()));
        exact.forEach((item, times) -> {
            if (times > 2L * total / capacity) {
                assertThat(top).anyMatch(count -> count.item().equals(item));
            }
        });
    }

    @Test
    void theMostFrequentComesFirst() {
        HeavyHitters<String> counts = new HeavyHitters<>(10);
        List.of("a", "b", "c", "b", "c", "c").forEach(counts::add);

        assertThat(HeavyHitters.top(counts, new HeavyHitters<>(10), 2))
                .containsExactly(new Count<>("c", 3, 0), new Count<>("b", 2, 0));
    }

    @Test
    void whoTakesTheCounterOfAnotherMayNotHaveHisCount() {
        HeavyHitters<String> counts = new HeavyHitters<>(2);
        List.of("a", "a", "a", "b", "b", "c").forEach(counts::add);

        assertThat(HeavyHitters.top(counts, new HeavyHitters<>(2), 2))
                .containsExactly(new Count<>("a", 3, 0), new Count<>("c", 3, 2));
    }
}
