package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.BenchMain;
import io.metastore.bench.FakeEtcd;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class SmokeCommandTest {
    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int smoke(Path program, String... more) {
        CommandLine line =
                BenchMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] arguments = new String[more.length + 4];
        arguments[0] = "smoke";
        arguments[1] = "--metastore=" + program;
        arguments[2] = "--work-dir=" + dir.resolve("work");
        arguments[3] = "--report=" + report();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return line.execute(arguments);
    }

    private Path report() {
        return dir.resolve("load-reports/TEST-load.xml");
    }

    @Test
    @Tag("slow")
    void runsEveryWorkloadAndLeavesNothing() throws Exception {
        assertThat(smoke(FakeEtcd.program(dir))).isZero();

        assertThat(out.toString()).contains("W1 large scale", "W6 compaction", "load-test: 11 passed, 0 failed");
        assertThat(Files.readString(report()))
                .contains("tests=\"11\" errors=\"0\" skipped=\"0\" failures=\"0\"")
                .contains("name=\"W4 --watchers=100 --ops=500\"/>");
        assertThat(dir.resolve("work")).isEmptyDirectory();
    }

    @Test
    @Tag("slow")
    void aServerThatRefusesPutsFailsWhatPuts() throws Exception {
        assertThat(smoke(FakeEtcd.program(dir), "--metastore-arg=--fault=FAILED_PUTS"))
                .isEqualTo(1);

        assertThat(Files.readString(report())).contains("<failure>").contains("RESOURCE_EXHAUSTED");
        assertThat(out.toString()).doesNotContain(", 0 failed");
    }

    @Test
    void aServerThatDoesNotStartIsAFailure() throws Exception {
        Path broken = dir.resolve("broken");
        Files.writeString(broken, "#!/bin/sh\necho 'cannot <start>'; exit 2\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(smoke(broken)).isEqualTo(1);

        assertThat(Files.readString(report()))
                .contains("failures=\"1\"")
                .contains("name=\"server\"")
                .contains("cannot &lt;start&gt;");
    }

    @Test
    void refusesAMissingProgram() {
        assertThat(smoke(dir.resolve("none"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no executable");
    }
}
