package io.metastore.bench.workload;

import io.metastore.bench.measure.Latency;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One line of a result: how often something was done, and how long it took. */
record Row(String name, double perSecond, Latency latency) {

    static Row of(String name, Phase phase, Latency latency) {
        return new Row(name, phase.perSecond(latency.count()), latency);
    }

    static Row ofOperations(String name, Phase phase) {
        return of(name, phase, phase.tally().operationLatency());
    }

    /** A row for each of these kinds of call that was seen. */
    static List<Row> ofCalls(Phase phase, Kind... kinds) {
        List<Row> rows = new ArrayList<>();
        for (Kind kind : kinds) {
            if (phase.tally().saw(kind)) {
                rows.add(of(kind.label(), phase, phase.tally().callLatency(kind)));
            }
        }
        return rows;
    }

    static String header() {
        return "  %-14s %10s %12s %10s %10s %10s %10s %10s\n"
                .formatted("", "count", "per second", "mean ms", "p50", "p99", "p99.9", "max");
    }

    String toText() {
        return String.format(
                Locale.ROOT,
                "  %-14s %10d %12.1f %10.3f %10.3f %10.3f %10.3f %10.3f\n",
                name,
                latency.count(),
                perSecond,
                latency.meanMicros() / 1e3,
                latency.p50Micros() / 1e3,
                latency.p99Micros() / 1e3,
                latency.p999Micros() / 1e3,
                latency.maxMicros() / 1e3);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("count", latency.count());
        map.put("per_second", perSecond);
        map.put("mean_us", latency.meanMicros());
        map.put("p50_us", latency.p50Micros());
        map.put("p99_us", latency.p99Micros());
        map.put("p999_us", latency.p999Micros());
        map.put("max_us", latency.maxMicros());
        return map;
    }
}
