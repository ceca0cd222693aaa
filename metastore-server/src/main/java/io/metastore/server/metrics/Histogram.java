package io.metastore.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** How much of something there was how often, in buckets. Counting costs two adders; thread-safe. */
public final class Histogram implements LongConsumer {
    private final long[] bounds;
    private final double[] shown;
    private final double perUnit;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    Histogram(Buckets buckets) {
        int size = buckets.bounds().size();
        perUnit = buckets.perUnit();
        bounds = new long[size];
        shown = new double[size + 1];
        counts = new LongAdder[size + 1];
        for (int i = 0; i < size; i++) {
            shown[i] = buckets.bounds().get(i);
            bounds[i] = Math.round(shown[i] * perUnit);
            counts[i] = new LongAdder();
        }
        shown[size] = Double.POSITIVE_INFINITY;
        counts[size] = new LongAdder();
    }

    /** Counts one of so much, in the unit that is counted: for durations, nanoseconds. */
    @Override
    public void accept(long amount) {
        accept(amount, 1);
    }

    /** Counts several of so much each. */
    void accept(long amount, int times) {
        int bucket = 0;
        while (bucket < bounds.length && amount > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].add(times);
        sum.add(amount * times);
    }

    HistogramDataPointSnapshot snapshot(Labels labels) {
        long[] now = new long[counts.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts[i].sum();
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(shown, now))
                .sum(sum.sum() / perUnit)
                .build();
    }
}
