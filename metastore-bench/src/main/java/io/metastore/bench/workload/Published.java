package io.metastore.bench.workload;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The best figures that the project MetaStore in Go (axfor/MetaStore) published for a workload, each measured by itself on
 * one member, one connection, with a mean and nothing else: macOS, Core i5-8279U with 4 cores, 16 GB.
 *
 * @param condition the workload as it ran there
 * @param unit of the rates
 * @param memoryRate of its engine in memory, 0: none published
 * @param rocksRate of its RocksDB engine, 0: none published
 * @param remark what else was published, or why nothing was
 */
record Published(String condition, String unit, double memoryRate, double rocksRate, String remark) {
    static final Published W1 = new Published(
            "50 workers x 1000 pairs", "pairs/s", 1014.59, 372.68, "mean 49.26 ms (memory), 133.57 ms (RocksDB)");
    static final Published W2 = new Published("20 workers, free running, 30 s", "PUT/s", 453, 173, "");
    static final Published W3 =
            new Published("30 workers, free running", "op/s", 6476, 4921, "about 96 % of it GETs from a local map");
    static final Published W4 =
            new Published("100 watches, 1000 events", "events/s", 0, 0, "none: it did not end within 20 minutes");
    static final Published W5 = new Published("10 workers x 1000 txns", "txn/s", 0, 0, "none; its gate was 150 txn/s");
    static final Published W6 = new Published(
            "2000 PUT, 2000 overwrites, compact, 500 GET", "op/s", 0, 0, "compaction of 100 revisions 54 ms (RocksDB)");

    static final Published SINGLE =
            new Published("go test -bench", "op/s", 0, 0, "none: starting and stopping the server was in its times");

    String toText(double here) {
        StringBuilder text = new StringBuilder("  published by MetaStore in Go (")
                .append(condition)
                .append("):");
        if (memoryRate > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    " memory %.2f %s (here x%.1f), RocksDB %.2f %s (here x%.1f)",
                    memoryRate,
                    unit,
                    here / memoryRate,
                    rocksRate,
                    unit,
                    here / rocksRate));
        }
        if (!remark.isEmpty()) {
            text.append(memoryRate > 0 ? "; " : " ").append(remark);
        }
        return text.append('\n').toString();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("condition", condition);
        map.put("unit", unit);
        map.put("memory", memoryRate);
        map.put("rocksdb", rocksRate);
        map.put("remark", remark);
        return map;
    }
}
