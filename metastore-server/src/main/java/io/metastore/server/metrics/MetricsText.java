package io.metastore.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * A scrape in Prometheus' text format 0.0.4, written as Go's library writes it. The writer that comes with the registry ends each
 * counter's name with {@code _total}, which etcd's older counters do not have, and writes {@code le="1.0"} where etcd has
 * {@code le="1"}: for a Prometheus, another series.
 */
final class MetricsText {
    private static final int USUAL_CHARS = 1 << 17;

    private final StringBuilder out = new StringBuilder(USUAL_CHARS);

    private MetricsText() {}

    /** Families in the order of their names. */
    static String of(MetricSnapshots families) {
        MetricsText text = new MetricsText();
        families.forEach(text::append);
        return text.out.toString();
    }

    private void append(MetricSnapshot family) {
        if (family.getDataPoints().isEmpty()) {
            return;
        }
        String name = family.getMetadata().getOriginalName();
        if (family instanceof GaugeSnapshot gauges) {
            head(family, name, "gauge");
            gauges.getDataPoints().forEach(point -> sample(name, point.getLabels(), point.getValue()));
        } else if (family instanceof CounterSnapshot counters) {
            head(family, name, "counter");
            counters.getDataPoints().forEach(point -> sample(name, point.getLabels(), point.getValue()));
        } else if (family instanceof HistogramSnapshot histograms) {
            head(family, name, "histogram");
            histograms.getDataPoints().forEach(point -> histogram(name, point));
        } else {
            throw new IllegalStateException("%s is a %s".formatted(name, family.getClass()));
        }
    }

    private void head(MetricSnapshot family, String name, String type) {
        String help = family.getMetadata().getHelp();
        out.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n"))
                .append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private void histogram(String name, HistogramDataPointSnapshot point) {
        Labels labels = point.getLabels();
        long total = 0;
        for (ClassicHistogramBucket bucket : point.getClassicBuckets()) {
            total += bucket.getCount();
            out.append(name).append("_bucket{");
            append(labels);
            out.append(labels.isEmpty() ? "le=\"" : ",le=\"");
            GoNumber.append(out, bucket.getUpperBound());
            out.append("\"} ").append(total).append('\n');
        }
        sample(name + "_sum", labels, point.getSum());
        sample(name + "_count", labels, (double) total);
    }

    private void sample(String name, Labels labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{');
            append(labels);
            out.append('}');
        }
        out.append(' ');
        GoNumber.append(out, value);
        out.append('\n');
    }

    /** By name, as labels are. */
    private void append(Labels labels) {
        String separator = "";
        for (Label label : labels) {
            out.append(separator)
                    .append(label.getName())
                    .append("=\"")
                    .append(label.getValue()
                            .replace("\\", "\\\\")
                            .replace("\"", "\\\"")
                            .replace("\n", "\\n"))
                    .append('"');
            separator = ",";
        }
    }
}
