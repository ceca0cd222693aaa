package io.metastore.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.CommandRun;
import io.metastore.server.MetaStoreServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The report from figures that were recorded, and a run of the smallest profile against a member in this JVM. */
@Timeout(60)
class ReportCommandTest {
    /** Those of the report that MetaStore in Go published, in its order. */
    private static final List<String> HEADINGS = List.of(
            "# MetaStore Performance Test Report",
            "## Executive Summary",
            "## Test Environment",
            "### Hardware/Software",
            "### Configuration",
            "## Test Methodology",
            "### Test Types",
            "## Test Results",
            "### 1. Large-Scale Load Test",
            "### 2. Sustained Load Test",
            "### 3. Mixed Workload Test",
            "### 4. Watch Scalability Test",
            "### 5. Transaction Throughput Test",
            "## Benchmark Results",
            "### Core Operations (Sequential)",
            "### Parallel Operations",
            "### Value Size Impact",
            "## Performance Analysis",
            "### Strengths",
            "### Areas for Optimization",
            "## Comparison with etcd",
            "### Expected Performance Profile",
            "## Resource Utilization",
            "### Memory Usage",
            "### CPU Usage",
            "### Disk I/O",
            "## Test Execution Details",
            "### Test Commands",
            "### Test Files",
            "## Recommendations",
            "### For Production Deployment",
            "### For Performance Optimization",
            "## Conclusion",
            "## Appendix A: Raw Test Logs",
            "## Appendix B: Benchmark Data");

    /** What ours has beside them. */
    private static final List<String> MORE_HEADINGS = List.of(
            "### 6. Compaction Test", "### 7. Restart Test", "### Clients", "## What These Figures Do Not Show");

    @TempDir
    private Path dir;

    private static CommandRun report(String... arguments) {
        List<String> all = new ArrayList<>(List.of("report"));
        all.addAll(List.of(arguments));
        return CommandRun.of(all);
    }

    private String fromRecorded() throws Exception {
        CommandRun run = report("--from=src/test/resources/report/figures.json", "--out=" + dir.resolve("r.md"));
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return Files.readString(dir.resolve("r.md"));
    }

    @Test
    void hasTheHeadingsThatWerePublishedAndNothingOpen() throws Exception {
        String report = fromRecorded();

        List<String> headings = report.lines()
                .filter(line -> line.startsWith("#"))
                .filter(line -> !MORE_HEADINGS.contains(line))
                .toList();
        assertThat(headings).isEqualTo(HEADINGS);
        assertThat(report).contains(MORE_HEADINGS.toArray(String[]::new));
        assertThat(report).doesNotContain("PENDING", "TBD", "null", "NaN", "%s", "%d", "unknown");
    }

    @Test
    void showsOursBesideEtcdsAndWhatWasPublished() throws Exception {
        assertThat(fromRecorded())
                .contains("| Large-scale load, PUT+GET pairs/s | 538 | 4,391 | 0.12 | 1,014.59 / 372.68 | 0.53 |")
                .contains("| Throughput, txn/s | 3,343 (2,229..4,457) | 5,559 | 0.40 | none; its gate was 150 |")
                .contains("metastore-bench workload W5 --workers=10 --ops=10");
    }

    @Test
    void saysWhyARowIsMissing() throws Exception {
        assertThat(fromRecorded())
                .contains("not measured: it failed: connection \\| lost")
                .contains("not measured: JMH is not part of this profile")
                .contains("| TXN | MetaStore | not measured: this run did not record it |");
    }

    @Test
    void itsTablesHaveAsManyCellsInEveryLine() throws Exception {
        int cells = 0;
        for (String line : fromRecorded().lines().toList()) {
            int bars = line.startsWith("|") ? line.replace("\\|", "").split("\\|", -1).length : 0;
            if (cells > 0 && bars > 0) {
                assertThat(bars).as(line).isEqualTo(cells);
            }
            cells = bars;
        }
    }

    @Test
    void drawsItsChartsAndKeepsThemInThePage() throws Exception {
        String report = fromRecorded();

        for (String chart : List.of("latency-percentiles", "latency-over-time", "throughput-clients")) {
            Path png = dir.resolve("performance-report/" + chart + ".png");
            assertThat(report).contains("(performance-report/" + chart + ".png)");
            assertThat(Files.readAllBytes(png)).startsWith(0x89, 'P', 'N', 'G').hasSizeLessThan(100_000);
        }
        assertThat(report).contains("No chart of throughput by size of value: too few figures were recorded.");
        assertThat(Files.readString(dir.resolve("r.html")))
                .contains("<h1>MetaStore Performance Test Report</h1>", "<table>", "src=\"data:image/png;base64,iVBOR")
                .doesNotContain("src=\"performance-report");
    }

    @Test
    void measuresAMemberThatRuns() throws Exception {
        Path data = dir.resolve("data");
        try (MetaStoreServer server =
                MetaStoreServer.builder().name("report").dataDir(data).build().start()) {
            CommandRun run = report(
                    "--profile=moment",
                    "--only=w1,w4,lease",
                    "--endpoint=" + server.clientEndpoints().get(0),
                    "--work-dir=" + dir.resolve("work"),
                    "--out=" + dir.resolve("m.md"));
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
        }

        String report = Files.readString(dir.resolve("m.md"));
        assertThat(report)
                .doesNotContain("PENDING")
                .contains("| Failed operations | 0 | not measured: no etcd was given | – |")
                .containsPattern("\\| LEASE \\| MetaStore \\| [0-9,.]+ \\|")
                .contains("not measured: not chosen for this run", "not measured: the server was running before");
        assertThat(dir.resolve("work")).isEmptyDirectory();

        // What was recorded writes the same report again.
        report("--from=" + dir.resolve("performance-report/figures.json"), "--out=" + dir.resolve("again.md"));
        assertThat(dir.resolve("again.md")).hasSameTextualContentAs(dir.resolve("m.md"), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--quick --full",
                "--profile=none",
                "--from=none.json",
                "--from=pom.xml",
                "--out=report.txt",
                "--etcd=none",
                "--metastore=none --no-etcd",
                "--no-etcd --etcd=pom.xml",
                "--endpoint=127.0.0.1:1 --etcd=pom.xml"
            })
    void refusesWhatMakesNoSense(String arguments) {
        CommandRun run = report(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).isNotBlank();
    }
}
