package io.metastore.server.compat.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl's own load test, which takes a minute, passes. */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EtcdctlCheckPerfIT {

    @Test
    void passes(@TempDir Path directory) {
        Path etcdctl = Binaries.etcdctl();
        try (ProcessMember member = new ProcessMember(Binaries.metastore(), directory.resolve("data")).start()) {
            Etcdctl.Running check =
                    new Etcdctl(etcdctl, member.endpoint(), directory).start(List.of("check", "perf", "--load=s"));

            check.prints(Duration.ofMinutes(3), out -> out.contains("PASS\n") || out.contains("FAIL\n"));
            Etcdctl.Result result = check.await();

            System.out.println(
                    result.out().lines().filter(line -> !line.contains("%")).toList());
            assertThat(result.exitCode()).as(result.toString()).isZero();
            assertThat(result.out()).contains("PASS: Throughput", "PASS: Slowest request", "PASS: Stddev");
        }
    }
}
