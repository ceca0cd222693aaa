package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the figures say when they are put beside each other, and what the server took for them. */
final class AnalysisSections {
    private static final int MOST_NAMED = 12;

    private AnalysisSections() {}

    static String performance(Recording recording) {
        return "## Performance Analysis\n\n### Strengths\n\n"
                + strengths(recording)
                + "\n### Areas for Optimization\n\n"
                + areas(recording)
                + "\n---\n";
    }

    private static String strengths(Recording recording) {
        List<String> throughput = named(Comparisons.rates(recording), true);
        List<String> latency = named(Comparisons.of(recording, Figure.P99_MICROS), false);
        List<String> cpu = named(Comparisons.of(recording, Figure.SERVER_CPU_MICROS), false);
        return "1. **Throughput**, MetaStore / etcd, where it is above 1\n"
                + nested(throughput)
                + "\n2. **Latency**, P99 of MetaStore / etcd, where it is below 1\n"
                + nested(latency)
                + "\n3. **Server CPU per operation**, MetaStore / etcd, where it is below 1\n"
                + nested(cpu);
    }

    private static String areas(Recording recording) {
        List<String> throughput = named(Comparisons.rates(recording), false);
        List<String> latency = named(Comparisons.of(recording, Figure.P99_MICROS), true);
        Optional<Spread> memory = recording.ratio("w2", Figure.RESIDENT_MIB);
        return "1. **Throughput**, MetaStore / etcd, where it is below 1\n"
                + nested(throughput)
                + "\n2. **Latency**, P99 of MetaStore / etcd, where it is above 1\n"
                + nested(latency)
                + "\n3. **Resident memory**, MetaStore / etcd, after the sustained load\n"
                + nested(List.of(memory.map((Spread ratio) -> Numbers.text(ratio))
                        .orElse("nothing to compare with: no etcd was measured")));
    }

    private static List<String> named(List<Comparisons.Comparison> all, boolean above) {
        Comparator<Comparisons.Comparison> byRatio =
                Comparator.comparingDouble(comparison -> comparison.ratio().median());
        List<Comparisons.Comparison> chosen = all.stream()
                .filter(c -> above ? c.ratio().median() > 1 : c.ratio().median() < 1)
                .sorted(above ? byRatio.reversed() : byRatio)
                .toList();
        if (chosen.isEmpty()) {
            return List.of(all.isEmpty() ? "nothing to compare with: no etcd was measured" : "in no row of this run");
        }
        List<String> lines = new ArrayList<>();
        lines.add("%d of %d rows, the farthest first: %s"
                .formatted(
                        chosen.size(),
                        all.size(),
                        String.join(
                                ", ",
                                chosen.stream()
                                        .limit(MOST_NAMED)
                                        .map(Comparisons.Comparison::text)
                                        .toList())));
        return lines;
    }

    private static String nested(List<String> lines) {
        StringBuilder out = new StringBuilder();
        lines.forEach(line -> out.append("   - ").append(line).append('\n'));
        return out.toString();
    }

    static String comparison(Recording recording) {
        List<List<String>> rows = List.of(
                comparison(
                        recording,
                        "Single-key PUT, 1 client",
                        "put",
                        Figure.PER_SECOND,
                        "~2000 ops/sec",
                        "~950 ops/sec"),
                comparison(
                        recording,
                        "Single-key PUT, 50 clients",
                        "put-clients-50",
                        Figure.PER_SECOND,
                        "~2000 ops/sec",
                        "~950 ops/sec"),
                comparison(
                        recording,
                        "Single-key GET, 1 client",
                        "get",
                        Figure.PER_SECOND,
                        "~3000 ops/sec",
                        "not published"),
                comparison(
                        recording,
                        "Single-key GET, 50 clients",
                        "get-clients-50",
                        Figure.PER_SECOND,
                        "~3000 ops/sec",
                        "not published"),
                comparison(
                        recording,
                        "Watch events/s, 100 watchers of one prefix",
                        "w4-prefix-100",
                        Figure.PER_SECOND,
                        ">1000 events/sec",
                        "not published"),
                comparison(recording, "Txn throughput", "w5", Figure.PER_SECOND, "~500 txn/sec", "not published"),
                comparison(
                        recording,
                        "P99 latency of pairs, ms",
                        "w1",
                        Figure.P99_MICROS.times(1e-3),
                        "<100 ms",
                        "~52 ms (mean)"));
        return """
                ## Comparison with etcd

                ### Expected Performance Profile

                The two columns on the right are what the earlier report expected of etcd and had measured of itself; those on the
                left were measured here, on one machine, with one client and one workload.

                %s
                ---
                """.formatted(Markdown.table(
                List.of(
                        "Metric",
                        "etcd",
                        "MetaStore",
                        "MetaStore / etcd",
                        "expected of etcd then",
                        "MetaStore (Go) then"),
                rows));
    }

    private static List<String> comparison(
            Recording recording, String metric, String row, Figure figure, String expected, String published) {
        return List.of(
                metric,
                MeasureTable.cell(recording, row, Recording.ETCD, figure),
                MeasureTable.cell(recording, row, Recording.OURS, figure),
                recording.ratio(row, figure).map(Numbers::text).orElse("–"),
                expected,
                published);
    }

    static String resources(Recording recording) {
        return """
                ## Resource Utilization

                Of the two servers that all rows but the restart were measured on, one after the other; a JVM's resident memory
                follows its heap settings, and stays when it is no longer needed.

                ### Memory Usage
                - Initial memory, MiB: %s
                - Peak memory, MiB: %s
                - Memory growth rate: %s
                - GC pressure: %s

                ### CPU Usage
                - Average CPU: %s
                - Peak CPU: %s
                - CPU distribution: server CPU per operation stands in each table; over the whole run %s

                ### Disk I/O
                - Write throughput, MiB/s under sustained load: %s
                - Read throughput, MiB/s under sustained load: %s
                - IOPS, writes/s under sustained load: %s; flushes/s: %s

                ---
                """.formatted(
                both(recording, c -> resource(recording, c, "before", "rss_bytes", 1 / 1048576.0)),
                both(recording, c -> resource(recording, c, "after", "peak_bytes", 1 / 1048576.0)),
                both(recording, c -> growth(recording, c)),
                both(recording, c -> collections(recording, c)),
                both(recording, c -> figure(recording, c, Figure.CORES) + " cores under sustained load"),
                both(recording, c -> peakCores(recording, c)),
                both(recording, c -> resource(recording, c, "after", "cpu_seconds", 1) + " s of CPU time"),
                both(
                        recording,
                        c -> figure(
                                recording, c, perSecond("disk_written_bytes").times(1 / 1048576.0))),
                both(
                        recording,
                        c -> figure(recording, c, perSecond("disk_read_bytes").times(1 / 1048576.0))),
                both(recording, c -> figure(recording, c, perSecond("disk_writes"))),
                both(recording, c -> figure(recording, c, perSecond("disk_flushes"))));
    }

    private interface Said {
        String of(String contender);
    }

    private static String both(Recording recording, Said said) {
        return "MetaStore %s; etcd %s"
                .formatted(
                        said.of(Recording.OURS),
                        recording.has(Recording.ETCD)
                                ? said.of(Recording.ETCD)
                                : "not measured: " + recording.whyNot("", Recording.ETCD));
    }

    private static Figure perSecond(String detail) {
        return Figure.detail(detail).per(Figure.SECONDS);
    }

    private static String figure(Recording recording, String contender, Figure figure) {
        return MeasureTable.cell(recording, "w2", contender, figure);
    }

    private static String resource(Recording recording, String contender, String when, String name, double factor) {
        return recording
                .resource(contender, when, name)
                .map(value -> Numbers.text(value * factor))
                .orElse("not measured: its process is not known");
    }

    private static String growth(Recording recording, String contender) {
        Optional<Double> before = recording.resource(contender, "before", "rss_bytes");
        Optional<Double> after = recording.resource(contender, "after", "rss_bytes");
        return before.isPresent() && after.isPresent()
                ? "%s MiB more after all rows than after the warm-up"
                        .formatted(Numbers.text((after.get() - before.get()) / 1048576))
                : "not measured: its process is not known";
    }

    private static String collections(Recording recording, String contender) {
        Optional<Double> pauses = recording.resource(contender, "after", "gc_pauses");
        Optional<Double> total = recording.resource(contender, "after", "gc_pause_ms");
        Optional<Double> longest = recording.resource(contender, "after", "gc_longest_ms");
        return pauses.isPresent() && total.isPresent() && longest.isPresent()
                ? "%s pauses of %s ms in all, the longest %s ms"
                        .formatted(Numbers.text(pauses.get()), Numbers.text(total.get()), Numbers.text(longest.get()))
                : "not measured: the server was running before";
    }

    private static String peakCores(Recording recording, String contender) {
        return Timelines.values(recording, "w2", contender, "server_cores").stream()
                .max(Comparator.naturalOrder())
                .map(cores -> Numbers.text(cores) + " cores in an interval of the sustained load")
                .orElseGet(() -> "not measured: " + recording.whyNot("w2", contender));
    }
}
