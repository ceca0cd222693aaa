package io.metastore.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What stands for a workload in the summary, and the best that the earlier MetaStore in Go published for it, each measured
 * by itself on one member: macOS, Core i5-8279U with 4 cores.
 *
 * @param memory of its engine in memory; 0: none published
 * @param rocks of its RocksDB engine; 0: none published
 * @param remark what was published instead
 * @param moreIsBetter a rate, not a time
 */
record Headline(
        String row, String label, Figure figure, double memory, double rocks, String remark, boolean moreIsBetter) {

    static final List<Headline> ALL = List.of(
            rate("w1", "Large-scale load, PUT+GET pairs/s", 1_014.59, 372.68, ""),
            rate("w2", "Sustained load, PUT/s", 453, 173, ""),
            rate("w3-exact", "Mixed workload, exact, op/s", 6_476, 4_921, ""),
            rate("w3-capped", "Mixed workload, capped, op/s", 6_476, 4_921, ""),
            rate("w4-100", "100 watchers, events/s", 0, 0, "none: did not end in 20 minutes"),
            rate("w5", "Transactions, txn/s", 0, 0, "none; its gate was 150"),
            new Headline(
                    "w6",
                    "Compaction of the overwrites, ms",
                    Figure.line("compact", "mean_us").times(1e-3),
                    0,
                    54,
                    "54, of 100 revisions (RocksDB)",
                    false),
            new Headline(
                    RestartRuns.ID,
                    "Restart with 10,000 keys to first read, s",
                    Figure.detail("restart_first_get_s"),
                    2.5,
                    0.8,
                    "",
                    false));

    private static Headline rate(String row, String label, double memory, double rocks, String remark) {
        return new Headline(row, label, Figure.PER_SECOND, memory, rocks, remark, true);
    }

    String published() {
        return remark.isEmpty()
                ? String.format(Locale.ROOT, "%,.2f / %,.2f", memory, rocks).replace(".00", "")
                : remark;
    }

    /** How many times better ours is than the better one that was published. */
    Optional<Double> timesPublished(Recording recording) {
        double best = moreIsBetter ? Math.max(memory, rocks) : memory == 0 ? rocks : Math.min(memory, rocks);
        return best == 0
                ? Optional.empty()
                : recording.median(row, Recording.OURS, figure).map(ours -> moreIsBetter ? ours / best : best / ours);
    }

    static String publishedOf(String row) {
        return ALL.stream()
                .filter(headline -> headline.row.equals(row))
                .findFirst()
                .map(Headline::published)
                .orElse("none");
    }
}
