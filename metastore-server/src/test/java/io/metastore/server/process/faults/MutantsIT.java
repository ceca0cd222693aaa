package io.metastore.server.process.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.Program;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.mutants.Mutant;
import io.metastore.server.process.mutants.MutantAgent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link FaultsIT} looks for, it finds: packaged members with one defect each are caught. In the build two of them; with
 * {@code -Dmutants=all} every one, and with {@code -Dmutants=EVENT_DROPPED,PUT_SKIPPED} those. With
 * {@code -Dmutants.unchanged=true} the server as it is runs the same seeds, and passes. {@code -Dmutants.seed=N} gives the
 * schedules of that seed again.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class MutantsIT {

    private static final String IN_EVERY_BUILD = "COMPARE_IGNORED,EVENT_DROPPED";
    private static final List<String> ROWS = new ArrayList<>();

    private static Stream<MutantTrial> trials() {
        String chosen = System.getProperty("mutants", IN_EVERY_BUILD);
        Map<Mutant, MutantTrial> all = MutantTrial.all();
        return chosen.equals("all")
                ? all.values().stream()
                : Stream.of(chosen.split(",", -1)).map(Mutant::valueOf).map(all::get);
    }

    @ParameterizedTest
    @MethodSource("trials")
    void aMemberWithADefectIsCaught(MutantTrial trial, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) {
        long seed = Long.getLong("mutants.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.printf("%s: %s; seed %d, in %s%n", trial, trial.mutant().defect(), seed, directory);
        Program server = Binaries.metastore().withEnvironment("METASTORE_HEAP", "160m");

        MutantTrial.Result result = trial.run(server, MutantAgent.writeJar(directory), directory, seed);

        List<Violation> found = result.report().violations();
        found.stream()
                .filter(trial::isExpected)
                .limit(3)
                .forEach(violation -> System.out.printf("  %.250s%n", violation));
        ROWS.add("%-18s | %-28s | %2d faults, %5d operations in round %d, %6d effects | %5.1f s | %s"
                .formatted(
                        trial,
                        trial.faults(),
                        result.report().injected(),
                        result.report().operations(),
                        result.rounds(),
                        result.effects(),
                        result.seconds(),
                        result.broken()));
        assertThat(result.effects()).as("%s took effect", trial).isPositive();
        assertThat(found).as("%s, seed %d: %s", trial, seed, result.report()).anyMatch(trial::isExpected);

        if (Boolean.getBoolean("mutants.unchanged")) {
            assertThat(trial.runUnchanged(server, directory, seed, result.rounds()))
                    .as("the server as it is, faults of %s, seed %d", trial, seed)
                    .isEmpty();
        }
    }

    @AfterAll
    static void showTable() {
        System.out.println("mutants, the faults beside them, and what was found broken:");
        ROWS.forEach(System.out::println);
    }
}
