package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Single operations: one worker, eight, and by size of value and number of clients. */
final class BenchmarkSections {
    /** The call that is meant, of those that an operation makes. */
    private static final Map<String, Figure> MEAN = Map.of(
            "delete", Figure.line("delete", "mean_us"),
            "watch", Figure.first("mean_us"));

    private static final List<String> BOTH = List.of(Recording.OURS, Recording.ETCD);

    private BenchmarkSections() {}

    static String all(Recording recording, Profile profile) {
        return "## Benchmark Results\n\n"
                + core(recording)
                + "\n"
                + parallel(recording)
                + "\n"
                + valueSizes(recording, profile)
                + "\n"
                + clients(recording, profile)
                + "\n---\n";
    }

    private static String core(Recording recording) {
        List<List<String>> rows = new ArrayList<>();
        for (String row : List.of("put", "get", "delete", "range", "txn", "watch", "lease")) {
            Figure mean = MEAN.getOrDefault(row, Figure.MEAN_MICROS);
            for (String contender : BOTH) {
                boolean ours = contender.equals(Recording.OURS);
                rows.add(List.of(
                        ours ? row.toUpperCase(Locale.ROOT) : "",
                        ResultSections.name(contender),
                        MeasureTable.cell(recording, row, contender, mean.inverseMicros()),
                        MeasureTable.cell(recording, row, contender, mean.times(1e-3)),
                        MeasureTable.cell(recording, row, contender, Figure.SERVER_CPU_MICROS),
                        ours
                                ? MicroBenchmarks.bytesPerOperation(recording, row)
                                        .map(Numbers::text)
                                        .orElseGet(() -> "not measured: " + MicroBenchmarks.whyNot(recording))
                                : "not measured: JMH reaches a JVM only",
                        ours ? "not measured: JMH counts bytes" : "not measured: JMH reaches a JVM only"));
            }
        }
        return """
                ### Core Operations (Sequential)

                One worker on one connection, the next operation when the last has ended. Throughput is what follows from the mean.
                A range reads 100 keys; TXN creates an absent key; WATCH is from a put to its event, by a watch that stays; LEASE
                is a grant, a put under it and a revocation, and DELETE's server CPU includes the put before it. Memory is what
                client and server together allocate in one JVM, by JMH's GC profiler.

                %s""".formatted(Markdown.table(
                List.of(
                        "Operation",
                        "",
                        "Throughput (ops/sec)",
                        "Latency (ms)",
                        "Server CPU (µs/op)",
                        "Memory (B/op)",
                        "Allocs (per op)"),
                rows));
    }

    private static String parallel(Recording recording) {
        List<List<String>> rows = new ArrayList<>();
        parallelRow(recording, rows, "PUT (parallel), the same keys", "put-parallel", "put");
        parallelRow(recording, rows, "PUT (parallel), keys of its own each", "put-disjoint", "put");
        parallelRow(recording, rows, "GET (parallel)", "get-parallel", "get");
        return """
                ### Parallel Operations

                Eight workers on four connections.

                %s""".formatted(Markdown.table(
                List.of("Operation", "", "Throughput (ops/sec)", "Speedup vs Sequential", "P99 (ms)"), rows));
    }

    private static void parallelRow(
            Recording recording, List<List<String>> rows, String title, String row, String sequential) {
        for (String contender : BOTH) {
            double alone =
                    recording.median(sequential, contender, Figure.PER_SECOND).orElse(0.0);
            rows.add(List.of(
                    contender.equals(Recording.OURS) ? title : "",
                    ResultSections.name(contender),
                    MeasureTable.cell(recording, row, contender, Figure.PER_SECOND),
                    recording
                            .median(row, contender, Figure.PER_SECOND)
                            .filter(rate -> alone > 0)
                            .map(rate -> Numbers.text(rate / alone))
                            .orElse("–"),
                    MeasureTable.cell(recording, row, contender, Figure.P99_MICROS.times(1e-3))));
        }
    }

    private static String valueSizes(Recording recording, Profile profile) {
        List<List<String>> rows = new ArrayList<>();
        for (int bytes : profile.valueBytes()) {
            rows.add(curveRow(recording, bytes(bytes), "-bytes-" + bytes));
        }
        return "### Value Size Impact\n\nEight workers on four connections, random values, sixteen keys each. The server's limit of a request is 1.5 MiB.\n\n"
                + Markdown.table(curveColumns("Value Size"), rows)
                + image(recording, Charts.VALUE_SIZE, "throughput by size of value");
    }

    private static String clients(Recording recording, Profile profile) {
        List<List<String>> rows = new ArrayList<>();
        for (int clients : profile.clients()) {
            rows.add(curveRow(recording, "%,d".formatted(clients), "-clients-" + clients));
        }
        return "### Clients\n\nEach with one operation under way; a connection each, up to 50. Values of 256 bytes, 1,000 keys.\n\n"
                + Markdown.table(curveColumns("Clients"), rows)
                + image(recording, Charts.CLIENTS, "throughput by clients");
    }

    private static List<String> curveColumns(String what) {
        return List.of(
                what,
                "PUT Throughput, MetaStore",
                "etcd",
                "ratio",
                "P99 ms, MetaStore",
                "etcd",
                "GET Throughput, MetaStore",
                "etcd",
                "ratio",
                "P99 ms, MetaStore",
                "etcd");
    }

    private static List<String> curveRow(Recording recording, String title, String suffix) {
        List<String> cells = new ArrayList<>(List.of(title));
        for (String operation : List.of("put", "get")) {
            String row = operation + suffix;
            BOTH.forEach(c -> cells.add(MeasureTable.cell(recording, row, c, Figure.PER_SECOND)));
            cells.add(recording
                    .ratio(row, Figure.PER_SECOND)
                    .map((Spread ratio) -> Numbers.text(ratio))
                    .orElse("–"));
            BOTH.forEach(c -> cells.add(MeasureTable.cell(recording, row, c, Figure.P99_MICROS.times(1e-3))));
        }
        return cells;
    }

    private static String image(Recording recording, String name, String title) {
        return Charts.has(recording, name)
                ? "\n![%s](performance-report/%s.png)\n".formatted(title, name)
                : "\nNo chart of %s: too few figures were recorded.\n".formatted(title);
    }

    private static String bytes(int bytes) {
        return bytes >= 1 << 20 ? (bytes >> 20) + "MB" : bytes >= 1 << 10 ? (bytes >> 10) + "KB" : bytes + "B";
    }
}
