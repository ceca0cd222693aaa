package io.metastore.bench.compare;

import io.metastore.bench.load.LoadResult;

/** Two windows, one right after the other. */
record Alternation(LoadResult etcd, LoadResult ours) {

    double throughputRatio() {
        return ratio(ours.perSecond(), etcd.perSecond());
    }

    double p99Ratio() {
        return ratio(ours.latency().p99Micros(), etcd.latency().p99Micros());
    }

    /** The share of the machine that others used in the worse of the two. */
    double foreignShare() {
        return Math.max(etcd.cpu().foreignShare(), ours.cpu().foreignShare());
    }

    private static double ratio(double above, double below) {
        return below == 0 ? 0 : above / below;
    }
}
