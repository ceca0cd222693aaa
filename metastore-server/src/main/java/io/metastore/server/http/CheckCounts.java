package io.metastore.server.http;

import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What came out of the checks of {@code /livez} and {@code /readyz} (etcd: etcdhttp/health.go). Thread-safe. */
public final class CheckCounts {
    private final Map<Tags, Integer> results = new ConcurrentHashMap<>();
    private final Map<Tags, LongAdder> totals = new ConcurrentHashMap<>();

    void add(String type, String name, boolean passed) {
        results.put(Tags.of("type", type, "name", name), passed ? 1 : 0);
        totals.computeIfAbsent(
                        Tags.of("type", type, "name", name, "status", passed ? "success" : "error"),
                        first -> new LongAdder())
                .increment();
    }

    /** What came out of each last: 1 if it passed. */
    public Map<Tags, Integer> results() {
        return results;
    }

    public Map<Tags, LongAdder> totals() {
        return totals;
    }
}
