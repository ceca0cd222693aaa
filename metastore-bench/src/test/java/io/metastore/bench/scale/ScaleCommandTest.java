package io.metastore.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.CommandRun;
import io.metastore.bench.FakeEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(120)
class ScaleCommandTest {
    @TempDir
    private Path dir;

    private CommandRun scale(String... arguments) {
        List<String> all = new ArrayList<>(List.of("scale", "--work-dir=" + dir.resolve("work")));
        all.addAll(List.of(arguments));
        return CommandRun.of(all);
    }

    @Test
    void printsALineForEachSizeAndLeavesNothing() throws Exception {
        CommandRun run = scale(
                "--metastore=" + FakeEtcd.program(dir),
                "--curves=connections",
                "--most=10",
                "--window-seconds=0.1",
                "--warmup-seconds=0",
                "--json=" + dir.resolve("points.json"));

        assertThat(run.out())
                .contains("| connections | 1 | put |", "| connections | 10 | get |")
                .doesNotContain("left out");
        assertThat(run.exitCode()).isZero();
        assertThat(Files.readString(dir.resolve("points.json"))).contains("\"server_cpu_us_per_op\"");
        assertThat(dir.resolve("work")).isEmptyDirectory();
    }

    @Test
    @Tag("slow")
    void measuresEveryCurve() throws Exception {
        CommandRun run = scale(
                "--metastore=" + FakeEtcd.program(dir),
                "--most=10000",
                "--curve-seconds=20",
                "--window-seconds=0.1",
                "--warmup-seconds=0");

        assertThat(run.out()).contains("| keys |", "| values |", "| watchers |", "| leases |", "| revisions |");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--curves=none", "--window-seconds=0", "--metastore=none", "--most=many"})
    void refusesWhatMakesNoSense(String arguments) {
        CommandRun run = scale(arguments);

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).isNotBlank();
    }
}
