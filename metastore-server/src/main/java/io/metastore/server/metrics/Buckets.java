package io.metastore.server.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * The bounds of a histogram's buckets.
 *
 * @param bounds ascending, in the unit in which they are shown; all above the last is in a bucket of its own
 * @param perUnit how many of what is counted make one of that unit
 */
public record Buckets(List<Double> bounds, double perUnit) {
    public static final double NANOS_PER_SECOND = 1e9;
    public static final double NANOS_PER_MILLISECOND = 1e6;

    public Buckets {
        bounds = List.copyOf(bounds);
    }

    /** Of durations in nanoseconds, shown in seconds; bounds double from {@code firstSeconds} on. */
    public static Buckets seconds(double firstSeconds, int count) {
        return doubling(firstSeconds, count, NANOS_PER_SECOND);
    }

    /** Bounds that double from {@code first} on. */
    public static Buckets doubling(double first, int count, double perUnit) {
        Double[] bounds = new Double[count];
        double bound = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = bound;
            bound *= 2;
        }
        return new Buckets(Arrays.asList(bounds), perUnit);
    }
}
