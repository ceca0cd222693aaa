package io.metastore.bench.compare;

import java.util.Locale;

/** What a number is to be: at least, or at most. */
record Goal(boolean atLeast, double bound) {
    static Goal atLeast(double bound) {
        return new Goal(true, bound);
    }

    static Goal atMost(double bound) {
        return new Goal(false, bound);
    }

    boolean met(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    @Override
    public String toString() {
        return (atLeast ? ">= " : "<= ")
                + String.format(Locale.ROOT, bound == Math.rint(bound) ? "%.0f" : "%.2f", bound);
    }
}
