package io.metastore.bench.compare;

import io.metastore.bench.load.LoadResult;

/** Two windows, one right after the other; ratios are the second to the first. */
record Alternation(LoadResult first, LoadResult second) {

    double throughputRatio() {
        return ratio(second.perSecond(), first.perSecond());
    }

    double p99Ratio() {
        return ratio(second.latency().p99Micros(), first.latency().p99Micros());
    }

    /** The share of the machine that others used in the worse of the two. */
    double foreignShare() {
        return Math.max(first.cpu().foreignShare(), second.cpu().foreignShare());
    }

    private static double ratio(double above, double below) {
        return below == 0 ? 0 : above / below;
    }
}
