package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.process.history.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** After a power cut everything that was acknowledged is there: it was on the device before it was acknowledged. */
@Tag("compat")
@Timeout(value = 45, unit = TimeUnit.MINUTES)
abstract class PowerCutContract {

    /** Without fsync the first cut should do; it is random, so it gets some. */
    private static final int CUTS_WITHOUT_FSYNC = 5;

    abstract Program program();

    abstract int cuts();

    @Test
    void whatWasAcknowledgedSurvivesPowerCuts(@TempDir Path directory) throws IOException {
        Outcome outcome = run(directory, program(), cuts(), false);

        System.out.println("power cuts, " + program().name() + ", " + outcome.summary);
        assertThat(outcome.violations).as(outcome.summary).isEmpty();
    }

    /** The same test can fail: a member that does not wait for the disk loses what it acknowledged, and is found out. */
    @Test
    void aMemberThatDoesNotSyncIsCaught(@TempDir Path directory) throws IOException {
        // Without the sync before each load nothing at all would be left, not even to start from.
        Outcome outcome = run(directory, program().withFlags("--unsafe-no-fsync"), CUTS_WITHOUT_FSYNC, true);

        System.out.println("power cuts without fsync, " + program().name() + ", " + outcome.summary);
        assertThat(outcome.violations).as("violations, " + outcome.summary).isNotEmpty();
        System.out.println("caught: " + outcome.violations.get(0));
    }

    private record Outcome(List<Violation> violations, String summary) {}

    private static Outcome run(Path directory, Program program, int cuts, boolean syncBeforeLoad) throws IOException {
        long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
        try (LoopDisk disk = LoopDisk.create(directory)) {
            Path data = disk.root().resolve("data");
            try (ProcessMember member = new ProcessMember(program, data, directory.resolve("member.log")).start()) {
                CrashLoop loop = new CrashLoop(member, seed, true, new PowerCut(disk, member, syncBeforeLoad));
                return new Outcome(survived(loop, cuts), loop.summary());
            }
        }
    }

    private record PowerCut(LoopDisk disk, ProcessMember member, boolean syncBeforeLoad) implements CrashLoop.Crash {
        @Override
        public void now() {
            disk.cutPower(member::kill);
        }

        @Override
        public void prepare() {
            if (syncBeforeLoad) {
                disk.sync();
            }
        }
    }

    /** A member that does not come up any more on what the cut left behind has lost even more. */
    private static List<Violation> survived(CrashLoop loop, int cuts) {
        try {
            return loop.run(cuts);
        } catch (ProcessMember.NotReady lost) {
            return List.of(new Violation(Violation.Rule.ACKNOWLEDGED_IS_NEVER_LOST, lost.getMessage()));
        }
    }
}
