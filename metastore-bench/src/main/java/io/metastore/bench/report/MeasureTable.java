package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.List;

/** The results of one row: a line for each measure, with ours, etcd's, their ratio and what was published once. */
final class MeasureTable {
    private static final String NONE = "–";

    private final Recording recording;
    private final String row;
    private final List<List<String>> lines = new ArrayList<>();

    MeasureTable(Recording recording, String row) {
        this.recording = recording;
        this.row = row;
    }

    MeasureTable line(String label, Figure figure) {
        return line(label, figure, NONE);
    }

    MeasureTable line(String label, Figure figure, String published) {
        lines.add(List.of(
                label,
                cell(recording, row, Recording.OURS, figure),
                cell(recording, row, Recording.ETCD, figure),
                recording.ratio(row, figure).map(Numbers::text).orElse("–"),
                published));
        return this;
    }

    /** The usual lines about latency and cost. */
    MeasureTable latencyAndCost(String publishedMean) {
        return line("Average latency, ms", Figure.MEAN_MICROS.times(1e-3), publishedMean)
                .line("P50, ms", Figure.P50_MICROS.times(1e-3))
                .line("P99, ms", Figure.P99_MICROS.times(1e-3))
                .line("P99.9, ms", Figure.P999_MICROS.times(1e-3))
                .cost();
    }

    MeasureTable cost() {
        return line("Server CPU per operation, µs", Figure.SERVER_CPU_MICROS)
                .line("Written to disk per operation, bytes", Figure.WRITTEN_BYTES_PER_OPERATION)
                .line("Disk flushes per operation", Figure.FLUSHES_PER_OPERATION)
                .line("Resident memory afterwards, MiB", Figure.RESIDENT_MIB);
    }

    String toMarkdown() {
        return Markdown.table(
                List.of("", "MetaStore", "etcd", "MetaStore / etcd", "best published (Go): memory / RocksDB"), lines);
    }

    /** A figure, or why there is none. */
    static String cell(Recording recording, String row, String contender, Figure figure) {
        return recording
                .spread(row, contender, figure)
                .map((Spread spread) -> Numbers.text(spread))
                .orElseGet(() -> "not measured: " + recording.whyNot(row, contender));
    }
}
