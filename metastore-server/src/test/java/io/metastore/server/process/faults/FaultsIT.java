package io.metastore.server.process.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to three members, their clients see one history. In the build one short round; with
 * {@code -Dfaults.minutes=30} as many rounds as fit, each on a new cluster; with {@code -Dfaults.seed=N} the schedule of that
 * seed; with {@code -Dfaults.kinds=KILL_ALL,DISK_FULL} only faults of these kinds. With {@code -Dfaults.report=file} the summary
 * is also written there, in Markdown.
 */
@Timeout(value = 10, unit = TimeUnit.HOURS)
class FaultsIT {

    private static final int SHORT_ROUND_STEPS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void clientsSeeOneHistoryWhateverHappens(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) {
        long minutes = Long.getLong("faults.minutes", 0);
        long seed = Long.getLong("faults.seed", System.nanoTime() & 0xffff_ffffL);
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        Program program =
                Binaries.metastore().withFlags("--snapshot-count=500").withEnvironment("METASTORE_HEAP", "160m");
        Set<FaultKind> kinds = Means.possible(directory);
        Optional.ofNullable(System.getProperty("faults.kinds"))
                .ifPresent(names -> kinds.retainAll(
                        Stream.of(names.split(",", -1)).map(FaultKind::valueOf).toList()));
        FaultReport report = new FaultReport();
        for (long round = 0; round == 0 || (report.violations().isEmpty() && System.nanoTime() - end < 0); round++) {
            System.out.printf("faults, seed %d, in %s%n", seed + round, directory);
            int steps = Integer.getInteger("faults.steps", minutes > 0 ? kinds.size() : SHORT_ROUND_STEPS);
            List<FaultStep> schedule = FaultStep.schedule(seed + round, steps, kinds);
            FaultRound.Plan plan = new FaultRound.Plan(seed + round, schedule, true, PATIENCE);
            new FaultRound(program, directory.resolve("round-" + round), plan, report).run();
        }
        System.out.println("faults, from seed " + seed + ": " + report);
        Optional.ofNullable(System.getProperty("faults.report"))
                .ifPresent(file -> report.writeMarkdown(Path.of(file), "from seed " + seed));

        assertThat(report.violations()).as("seed %d: %s", seed, report).isEmpty();
    }
}
