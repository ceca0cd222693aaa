package io.metastore.bench.arena;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** The middle, the least and the most of some numbers. */
public record Spread(double median, double least, double most) {
    public static final Spread NONE = new Spread(0, 0, 0);

    public static Spread of(double... numbers) {
        if (numbers.length == 0) {
            return NONE;
        }
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    public static Spread of(Collection<Double> numbers) {
        return of(numbers.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f..%.2f)", median, least, most);
    }
}
