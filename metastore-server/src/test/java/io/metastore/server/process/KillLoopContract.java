package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.process.history.Violation;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Killed at any moment, a member comes back with everything that it acknowledged, and nothing that it did not promise. */
@Tag("compat")
@Timeout(value = 45, unit = TimeUnit.MINUTES)
abstract class KillLoopContract {

    abstract Program program();

    abstract int kills();

    @Test
    void killedAtAnyMomentNothingAcknowledgedIsLost(@TempDir Path directory) {
        long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
        try (ProcessMember member = new ProcessMember(program(), directory.resolve("data")).start()) {
            CrashLoop loop = new CrashLoop(member, seed, true, member::kill);

            List<Violation> violations = loop.run(kills());

            System.out.println("kill loop, " + program().name() + ", " + loop.summary());
            assertThat(violations).as(loop.summary()).isEmpty();
        }
    }
}
