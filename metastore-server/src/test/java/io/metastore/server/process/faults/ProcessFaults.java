package io.metastore.server.process.faults;

import io.metastore.server.process.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the system tells one process wrongly: that a sync failed, what time it is. */
final class ProcessFaults {

    private static final String EIO = "Input/output error";
    private static final Duration JUMP = Duration.ofMinutes(10);
    private static final int JUMPS_APART = 4;

    private final Scene scene;
    private final List<Preload> preloads;

    ProcessFaults(Scene scene, List<Preload> preloads) {
        this.scene = scene;
        this.preloads = preloads;
    }

    /** The next sync would be answered with success, but what the failed one was to bring to the device is lost. */
    String failSync(FaultStep step, int victim, String files) {
        Preload preload = preloads.get(victim);
        long before = preload.failedSyncs();
        preload.failNextSync(files);
        Eventually.await(
                Scene.EFFECT_BOUND,
                () -> step + ": a sync of " + files + " by member " + victim,
                () -> preload.failedSyncs() > before);
        String effect = "a sync of %s failed, %s".formatted(files, DiskFaults.awaitFatal(scene, step, victim, EIO));
        scene.last(step, Set.of(victim));
        scene.restart(step, Set.of(victim));
        return effect;
    }

    String jump(FaultStep step, int victim) {
        Duration offset = step.delay().toMillis() % 2 == 0 ? JUMP : JUMP.negated();
        String effect = shift(step, victim, offset);
        scene.last(step, Set.of());
        preloads.get(victim).shiftClock(Duration.ZERO);
        scene.awaitAllServe(step);
        return effect;
    }

    String jumpApart(FaultStep step, int leader) {
        String effect = "";
        for (int i = 0; i < JUMPS_APART; i++) {
            Duration ahead = i % 2 == 0 ? JUMP : JUMP.negated();
            for (int member : scene.everyone()) {
                effect = shift(step, member, member == leader ? ahead : ahead.negated());
            }
        }
        scene.last(step, Set.of());
        preloads.forEach(preload -> preload.shiftClock(Duration.ZERO));
        scene.awaitAllServe(step);
        return "%d jumps of each, last %s".formatted(JUMPS_APART, effect);
    }

    private String shift(FaultStep step, int member, Duration offset) {
        Preload preload = preloads.get(member);
        long before = preload.shiftedReadings();
        preload.shiftClock(offset);
        Eventually.await(
                Scene.EFFECT_BOUND,
                () -> step + ": member " + member + " reads its clock",
                () -> preload.shiftedReadings() > before);
        return "member %d reads a clock that is off by %s".formatted(member, offset);
    }
}
