package io.metastore.server.compat.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison bites: an etcd that answers wrongly in one place, once in a few answers, is told from etcd. */
@Tag("compat")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DifferentialSelfCheckIT {

    private static final long SEED = 42;
    private static final int ENOUGH_STEPS = 8_000;
    private static final int EVERY = 3;
    private static final int LIES = Integer.getInteger("differential.lies", 8);

    @TempDir
    Path directory;

    /** Some, others in each build, unless asked for more: {@code -Ddifferential.lies=1000} takes all. */
    static List<Lie> lies() {
        List<Lie> lies = new ArrayList<>(Lie.all());
        long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
        Collections.shuffle(lies, new Random(seed));
        return lies.subList(0, Math.min(LIES, lies.size()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void findsTheLie(Lie lie) {
        try (ProcessMember a = member("a").start();
                ProcessMember b = member("b").start();
                LyingProxy proxy = new LyingProxy(b.channel(), lie, EVERY);
                Side first = new Side("etcd", a, ProcessMember::channel);
                Side second = new Side("liar", b, member -> proxy.channel())) {
            Difference found = catchThrowableOfType(Difference.class, () -> run(first, second));

            assertThat(proxy.told()).as("lies told").isPositive();
            assertThat(found).as("difference after %d lies", proxy.told()).isNotNull();
            System.out.printf(
                    "%s: after %d told, %s%n",
                    lie, proxy.told(), found.getMessage().lines().findFirst().orElse(""));
        }
    }

    private static void run(Side first, Side second) {
        new LockStep(SEED, first, second).run(ENOUGH_STEPS, 1_000, 0);
    }

    private ProcessMember member(String name) {
        return new ProcessMember(
                Binaries.etcd().withFlags("--unsafe-no-fsync", "--watch-progress-notify-interval=1s"),
                directory.resolve(name));
    }
}
