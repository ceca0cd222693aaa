package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.Latency;
import io.metastore.bench.measure.ProcessUsage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WindowRowTest {
    private static final WindowRow.Names NAMES = new WindowRow.Names("etcd", "ours");

    private static LoadResult result(long operations, double p99, long errors, double foreign) {
        return new LoadResult(
                "put",
                operations,
                0,
                errors,
                Map.of(),
                new Latency(operations, 1, 1, p99, p99, p99),
                new CpuSample.Use(2_000_000_000L, operations * 10_000, operations * 1_000, foreign, Map.of()),
                new ProcessUsage.Memory(100 << 20, 0, 0),
                Map.of());
    }

    private static WindowRow row(Goal throughput, Goal p99, Alternation... alternations) {
        return new WindowRow("put-50", NAMES, List.of(alternations), false, throughput, p99);
    }

    @Test
    void ratiosArePerAlternation() {
        WindowRow row = row(
                Goal.atLeast(2),
                Goal.atMost(0.5),
                new Alternation(result(100, 10, 0, 0), result(300, 4, 0, 0)),
                new Alternation(result(200, 10, 0, 0), result(400, 5, 0, 0.2)),
                new Alternation(result(300, 10, 0, 0), result(750, 1, 0, 0)));

        assertThat(row.ratio()).isEqualTo(new Spread(2.5, 2, 3));
        assertThat(row.p99Ratio()).isEqualTo(new Spread(0.4, 0.1, 0.5));
        assertThat(row.met()).isTrue();
        assertThat(row.cells()).hasSameSizeAs(WindowRow.columns(NAMES));
        assertThat(row.cells()).startsWith("put-50", "100", "200", "2.50 (2.00..3.00)", "10", "4", "0.40 (0.10..0.50)");
        assertThat(row.cells()).contains("10.0", "1.00", "100", "0", ">= 2, p99 <= 0.50", "yes");
    }

    @Test
    void aGoalIsMissedByThroughputLatencyOrErrors() {
        Alternation twice = new Alternation(result(100, 10, 0, 0), result(200, 5, 0, 0));
        assertThat(row(Goal.atLeast(2), Goal.atMost(0.5), twice).met()).isTrue();
        assertThat(row(Goal.atLeast(2.1), null, twice).met()).isFalse();
        assertThat(row(null, Goal.atMost(0.4), twice).met()).isFalse();
        assertThat(row(null, null, new Alternation(result(1, 1, 0, 0), result(1, 1, 1, 0)))
                        .met())
                .isFalse();
    }

    @Test
    void eachPairOfSidesHasItsTable() {
        Alternation one =
                new Alternation(result(100, 10, 0, 0), result(90, 10, 0, 0).with(Map.of("lost", 7)));
        Report report = new Report(Map.of());
        report.add(row(null, null, one));
        report.add(new WindowRow(
                "audit-put", new WindowRow.Names("ours", "ours with audit"), List.of(one), false, null, null));

        assertThat(report.toMarkdown())
                .contains("| row | etcd /s | ours /s |", "| row | ours /s | ours with audit /s |", "| lost - / 7 |");
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetween() {
        assertThat(Spread.of(4, 1, 3, 2)).isEqualTo(new Spread(2.5, 1, 4));
        assertThat(Spread.of(List.of())).isEqualTo(Spread.NONE);
    }

    @Test
    void reportsAsMarkdown() {
        Report report = new Report(Map.of("machine", "2 CPUs"));
        report.add(row(null, null, new Alternation(result(100, 10, 0, 0), result(200, 5, 0, 0))));
        report.add(new MeasureRow("startup", "s", Spread.of(0.5), Spread.of(1, 2, 3), Goal.atMost(1.5)));
        report.fail("scale-10m", new IllegalStateException("no disk"));

        assertThat(report.toMarkdown())
                .contains("- machine: 2 CPUs\n")
                .contains("| put-50 | 50 | 100 | 2.00 (2.00..2.00) |")
                .contains("| startup | s | 0.50 | 2.00 (1.00..3.00) | <= 1.50 | no |")
                .contains("- scale-10m: no disk");
        assertThat(report.failed()).isTrue();
    }
}
