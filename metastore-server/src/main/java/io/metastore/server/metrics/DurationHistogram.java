package io.metastore.server.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** How often something took how long, in buckets that double from one to the next. Counting costs two adders; thread-safe. */
public final class DurationHistogram implements Collector, LongConsumer {
    private static final double NANOS_PER_SECOND = 1e9;

    private final String name;
    private final String help;
    private final double[] bounds;
    private final long[] boundNanos;
    private final LongAdder[] counts;
    private final LongAdder sumNanos = new LongAdder();

    DurationHistogram(String name, String help, double firstSeconds, int buckets) {
        this.name = name;
        this.help = help;
        bounds = new double[buckets + 1];
        boundNanos = new long[buckets];
        counts = new LongAdder[buckets + 1];
        for (int i = 0; i < buckets; i++) {
            bounds[i] = firstSeconds * (1L << i);
            boundNanos[i] = Math.round(bounds[i] * NANOS_PER_SECOND);
            counts[i] = new LongAdder();
        }
        bounds[buckets] = Double.POSITIVE_INFINITY;
        counts[buckets] = new LongAdder();
    }

    /** Counts one that took so many nanoseconds. */
    @Override
    public void accept(long nanos) {
        int bucket = 0;
        while (bucket < boundNanos.length && nanos > boundNanos[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sumNanos.add(nanos);
    }

    @Override
    public MetricSnapshot collect() {
        long[] now = new long[counts.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts[i].sum();
        }
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, now))
                        .sum(sumNanos.sum() / NANOS_PER_SECOND)
                        .build())
                .build();
    }
}
