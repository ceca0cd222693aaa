package io.metastore.bench.scale;

import io.metastore.bench.load.LoadResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One measurement of a curve.
 *
 * @param size of what grows
 * @param cpuMicros of the server, per operation
 * @param residentMebibytes of the server afterwards
 */
record Point(
        String curve,
        long size,
        String operation,
        double perSecond,
        double cpuMicros,
        double p99Micros,
        double residentMebibytes) {

    static final List<String> COLUMNS =
            List.of("curve", "size", "operation", "per second", "server CPU µs/op", "P99 ms", "resident MiB");

    static Point of(String curve, long size, String operation, LoadResult result) {
        return new Point(
                curve,
                size,
                operation,
                result.perSecond(),
                result.serverMicrosPerOperation(),
                result.latency().p99Micros(),
                result.serverMemory().residentBytes() / 1048576.0);
    }

    String toMarkdown() {
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %s | %,.0f | %.1f | %.2f | %.0f |",
                curve,
                size,
                operation,
                perSecond,
                cpuMicros,
                p99Micros / 1e3,
                residentMebibytes);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("curve", curve);
        map.put("size", size);
        map.put("operation", operation);
        map.put("per_second", perSecond);
        map.put("server_cpu_us_per_op", cpuMicros);
        map.put("p99_us", p99Micros);
        map.put("resident_mib", residentMebibytes);
        return map;
    }
}
