package io.metastore.server.process.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One entry of a schedule.
 *
 * @param lasting how long the fault lasts, at least; longer if its effect takes longer to show
 * @param delay of each piece on slow links
 * @param which of the followers it meets
 * @param reset whether links are cut by resetting connections, or hold what they are given
 */
record FaultStep(FaultKind kind, Duration lasting, Duration delay, int which, boolean reset) {

    /** So many steps; each of these kinds comes once before any comes again. The same seed gives the same steps. */
    static List<FaultStep> schedule(long seed, int steps, Collection<FaultKind> possible) {
        Random random = new Random(seed);
        List<FaultStep> schedule = new ArrayList<>();
        List<FaultKind> kinds = new ArrayList<>();
        while (schedule.size() < steps) {
            if (kinds.isEmpty()) {
                kinds.addAll(possible);
                Collections.shuffle(kinds, random);
            }
            schedule.add(any(kinds.remove(0), random));
        }
        return schedule;
    }

    /** One step of each of these, in their order; how each goes comes from the seed. */
    static List<FaultStep> inOrder(long seed, List<FaultKind> kinds) {
        Random random = new Random(seed);
        return kinds.stream().map(kind -> any(kind, random)).toList();
    }

    private static FaultStep any(FaultKind kind, Random random) {
        return new FaultStep(
                kind,
                Duration.ofMillis(300 + random.nextInt(2_500)),
                Duration.ofMillis(20 + random.nextInt(200)),
                random.nextInt(2),
                random.nextBoolean());
    }
}
