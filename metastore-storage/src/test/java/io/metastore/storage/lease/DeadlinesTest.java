package io.metastore.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.lease.Deadlines.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeadlinesTest {

    @Property(tries = 500)
    void firesExactlyWhatAModelFiresAndInItsOrder(@ForAll long seed) {
        Random random = new Random(seed);
        Deadlines<Integer> deadlines = new Deadlines<>();
        List<Timer<Integer>> timers = new ArrayList<>();
        Map<Integer, Long> model = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            timers.add(new Timer<>(i));
        }
        long now = 0;
        for (int step = 0; step < 200; step++) {
            int id = random.nextInt(timers.size());
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long deadline = now + random.nextInt(50);
                    deadlines.set(timers.get(id), deadline);
                    model.put(id, deadline);
                }
                case 2 -> {
                    deadlines.cancel(timers.get(id));
                    model.remove(id);
                }
                default -> {
                    now += random.nextInt(20);
                    long last = Long.MIN_VALUE;
                    for (Timer<Integer> due : deadlines.pollDue(now, Integer.MAX_VALUE / 2)) {
                        assertThat(model.remove(due.owner())).isEqualTo(due.deadline());
                        assertThat(due.deadline()).isBetween(last, now);
                        last = due.deadline();
                    }
                    long time = now;
                    assertThat(model.values()).allMatch(deadline -> deadline > time);
                }
            }
            assertThat(deadlines.size()).isEqualTo(model.size());
            assertThat(deadlines.next())
                    .isEqualTo(model.values().stream()
                            .mapToLong(Long::longValue)
                            .min()
                            .orElse(Long.MAX_VALUE));
        }
    }

    @Test
    void cancelledTimersDoNotPileUp() {
        Deadlines<String> deadlines = new Deadlines<>();

        for (int i = 0; i < 100_000; i++) {
            Timer<String> timer = new Timer<>("short-lived");
            deadlines.set(timer, 1_000_000 + i);
            deadlines.cancel(timer);
        }

        assertThat(deadlines.size()).isZero();
        assertThat(deadlines.nodes()).isLessThan(2_000);
    }

    @Test
    void whatIsTakenAndWhatIsLookedAtIsBounded() {
        Deadlines<Integer> deadlines = new Deadlines<>();
        List<Timer<Integer>> timers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            timers.add(new Timer<>(i));
            deadlines.set(timers.get(i), 10);
        }
        assertThat(deadlines.pollDue(10, 100)).hasSize(100);

        timers.forEach(timer -> deadlines.set(timer, 20));
        int polls = 0;
        while (deadlines.next() <= 10) {
            assertThat(deadlines.pollDue(10, 100)).isEmpty();
            polls++;
        }
        assertThat(polls).isBetween(4, 10);
        assertThat(deadlines.pollDue(20, 20_000)).hasSize(10_000);
    }

    @Test
    void movingADeadlineBackAddsNothing() {
        Deadlines<String> deadlines = new Deadlines<>();
        Timer<String> timer = new Timer<>("renewed");

        for (int i = 0; i < 1000; i++) {
            deadlines.set(timer, i);
        }

        assertThat(deadlines.nodes()).isOne();
        assertThat(deadlines.next()).isEqualTo(999);
    }
}
