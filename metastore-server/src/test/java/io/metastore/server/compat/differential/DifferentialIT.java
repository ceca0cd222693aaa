package io.metastore.server.compat.differential;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same random requests to a real etcd and to us: equal answers, equal errors, equal events.
 *
 * <p>{@code -Dseed=} takes up a run again, {@code -Ddifferential.requests=} sets its length.
 */
@Tag("compat")
@Timeout(value = 50, unit = TimeUnit.MINUTES)
class DifferentialIT {

    private static final int REQUESTS = Integer.getInteger("differential.requests", 10_000);
    private static final int RESTARTS = Integer.getInteger("differential.restarts", 2);

    @TempDir
    Path directory;

    @Test
    void weAnswerAsEtcdDoes() {
        compare(Binaries.etcd(), Binaries.metastore(), REQUESTS);
    }

    /** Guards against a comparison that is wrong about etcd, or depends on timing. */
    @Test
    void etcdAnswersAsEtcdDoes() {
        compare(Binaries.etcd(), Binaries.etcd(), Integer.getInteger("differential.etcd.requests", REQUESTS / 5));
    }

    private void compare(Program etcd, Program other, int requests) {
        long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
        System.out.printf("differential: %s and %s, seed %d, %d requests%n", etcd.name(), other.name(), seed, requests);
        try (ProcessMember a = member(etcd, "a").start();
                ProcessMember b = member(other, "b").start();
                Side first = new Side(etcd.name(), a, ProcessMember::channel);
                Side second = new Side(other.name() + (etcd.equals(other) ? " (2)" : ""), b, ProcessMember::channel)) {
            LockStep run = new LockStep(seed, first, second);
            run.run(requests, 1_000, RESTARTS);
            System.out.printf("differential: no difference, seed %d%n%s%n", seed, run.summary());
        }
    }

    private ProcessMember member(Program program, String name) {
        // What is compared is answers, not durability; and idle watchers are to be told how far they are soon enough.
        return new ProcessMember(
                program.withFlags("--unsafe-no-fsync", "--watch-progress-notify-interval=1s"), directory.resolve(name));
    }
}
