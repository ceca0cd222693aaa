package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.BenchMain;
import io.metastore.bench.FakeEtcd;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int compare(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "compare";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return BenchMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    @Test
    @Timeout(20)
    void listsItsRows() {
        assertThat(compare("--list-rows")).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "put-50",
                        "get-1000",
                        "watch-100",
                        "startup",
                        "scale-10m",
                        "three-get-all-1000",
                        "gateway-put",
                        "defrag-5g");
    }

    @Test
    @Timeout(20)
    void refusesAnUnknownRow() {
        assertThat(compare("--rows", "put-51")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no row put-51");
    }

    @Test
    @Timeout(20)
    void refusesAMissingProgram() {
        assertThat(compare("--etcd", dir.resolve("none").toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no executable");
    }

    @Test
    @Tag("slow")
    @Timeout(180)
    void measuresThreeMembersAsOneServer() throws Exception {
        Path json = dir.resolve("numbers.json");

        int exitCode = compare(
                "--etcd=" + FakeEtcd.program(dir),
                "--metastore=" + FakeEtcd.program(dir),
                "--rows=three-put-50",
                "--alternations=1",
                "--retries=0",
                "--quiet-wait-seconds=0",
                "--window-seconds=0.3",
                "--lead-seconds=0.1",
                "--warmup-seconds=0.1",
                "--work-dir=" + dir.resolve("work"),
                "--json=" + json);

        assertThat(exitCode).isZero();
        assertThat(out.toString()).contains("| three-put-50");
        // Programs of three processes together.
        assertThat(Files.readString(json)).contains("\"server_cpu_us_per_op_by_thread\"");
    }

    @Test
    @Tag("slow")
    @Timeout(180)
    void killsALeaderAndAsksTheOthers() throws Exception {
        int exitCode = compare(
                "--etcd=" + FakeEtcd.program(dir),
                "--metastore=" + FakeEtcd.program(dir),
                "--rows=three-failover",
                "--alternations=2",
                "--window-seconds=0.1",
                "--warmup-seconds=0.1",
                "--work-dir=" + dir.resolve("work"),
                "--json=" + dir.resolve("numbers.json"));

        assertThat(exitCode).isZero();
        // Fakes do not elect: whoever is asked next answers at once.
        assertThat(out.toString()).containsPattern("\\| three-failover \\| leader killed[^|]+\\| 0\\.");
    }

    @Test
    @Tag("slow")
    @Timeout(180)
    void measuresWhatOursAloneDoesWithMoreAndWhatPutsDoBesideALongCall() throws Exception {
        Path json = dir.resolve("numbers.json");

        int exitCode = compare(
                "--etcd=" + FakeEtcd.program(dir),
                "--metastore=" + FakeEtcd.program(dir),
                "--rows=auth-put-256,tls-get-256,snapshot-1g,defrag-5g",
                "--alternations=1",
                "--retries=0",
                "--quiet-wait-seconds=0",
                "--window-seconds=0.3",
                "--lead-seconds=0.1",
                "--warmup-seconds=0.1",
                "--snapshot-gigabytes=0.001",
                "--defrag-gigabytes=0.001",
                "--work-dir=" + dir.resolve("work"),
                "--json=" + json);

        assertThat(out.toString())
                .contains("| row | ours /s | ours with auth /s |")
                .contains("| auth-put-256")
                .contains("| tls-get-256")
                .contains("| snapshot-1g | its MB/s against etcd's | 1.00 |")
                .contains("| defrag-5g | p99 meanwhile against before |")
                .contains("| puts failed meanwhile | 0.00 | 0.00 | <= 0 | yes |");
        assertThat(exitCode).isZero();
        assertThat(Files.readString(json)).contains("\"ours with auth\": [");
    }

    @Test
    @Timeout(20)
    void refusesAStoreOfNothing() {
        assertThat(compare("--defrag-gigabytes=0", "--etcd=none")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("gigabytes: 0.0");
    }

    @Test
    @Tag("slow")
    @Timeout(180)
    void measuresBothInTurnAndLeavesNothing() throws Exception {
        Path json = dir.resolve("numbers.json");
        Path work = dir.resolve("work");

        int exitCode = compare(
                "--etcd=" + FakeEtcd.program(dir),
                "--metastore=" + FakeEtcd.program(dir),
                "--rows=startup,put-50,watch-100",
                "--alternations=2",
                "--retries=0",
                "--quiet-wait-seconds=0",
                "--window-seconds=0.3",
                "--lead-seconds=0.1",
                "--warmup-seconds=0.3",
                "--work-dir=" + work,
                "--json=" + json);

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("- etcd: fake etcd")
                .contains("| put-50")
                .contains("events_delivered_percent 100.0 / 100.0")
                .contains("| startup | fresh member to ready line, s |");
        assertThat(Files.readString(json)).contains("\"id\": \"put-50\"");
        assertThat(work).isEmptyDirectory();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }
}
