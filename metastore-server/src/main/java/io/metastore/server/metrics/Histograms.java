package io.metastore.server.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The histograms of one name, by their labels. Thread-safe. */
public final class Histograms implements Collector {
    private final String name;
    private final String help;
    private final Buckets buckets;
    private final Map<Labels, Histogram> known = new ConcurrentHashMap<>();

    Histograms(String name, String help, Buckets buckets) {
        this.name = name;
        this.help = help;
        this.buckets = buckets;
    }

    /**
     * One of them, which is there from now on.
     *
     * @param labels names and values by turns
     */
    public Histogram of(String... labels) {
        return known.computeIfAbsent(Labels.of(labels), its -> new Histogram(buckets));
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder family =
                HistogramSnapshot.builder().name(name).help(help);
        known.forEach((labels, histogram) -> family.dataPoint(histogram.snapshot(labels)));
        return family.build();
    }
}
