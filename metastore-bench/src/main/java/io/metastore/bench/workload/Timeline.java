package io.metastore.bench.workload;

import io.metastore.bench.load.LoadTarget;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a load went on: rate, latency and the server's CPU, one short interval after another. For the driving thread. */
final class Timeline {
    private static final Duration LEAST = Duration.ofMillis(200);
    /** In a load without a known end. */
    private static final Duration USUAL = Duration.ofMillis(500);

    private static final int INTERVALS = 60;
    private static final int MOST_INTERVALS = 1_000;

    private final LoadTarget target;
    private final Tally tally;
    private final long stepNanos;
    private final CpuSample start;
    private final List<Map<String, Object>> intervals = new ArrayList<>();
    private CpuSample last;

    Timeline(LoadTarget target, Tally tally, Plan plan, CpuSample start) {
        Duration share = plan.time().dividedBy(INTERVALS);
        Duration step = plan.endsByTime() ? share : USUAL;
        this.stepNanos = Math.max(LEAST.toNanos(), step.toNanos());
        this.target = target;
        this.tally = tally;
        this.start = start;
        this.last = start;
    }

    /** Ends the interval if it has been long enough. */
    void update() {
        if (System.nanoTime() - last.atNanos() >= stepNanos && intervals.size() < MOST_INTERVALS) {
            CpuSample now = target.sample();
            Latency latency = target.client().call(tally::cutInterval);
            CpuSample.Use use = last.until(now);
            Map<String, Object> interval = new LinkedHashMap<>();
            interval.put("at_s", Session.decimals((now.atNanos() - start.atNanos()) / 1e9));
            interval.put("per_second", Session.decimals(latency.count() * 1e9 / use.nanos()));
            interval.put("p50_us", Session.decimals(latency.p50Micros()));
            interval.put("p99_us", Session.decimals(latency.p99Micros()));
            interval.put("server_cores", Session.decimals((double) use.serverNanos() / use.nanos()));
            intervals.add(interval);
            last = now;
        }
    }

    List<Map<String, Object>> intervals() {
        return intervals;
    }
}
