package io.metastore.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * A member's metrics: a registry of Micrometer's. What happens often is counted elsewhere, in adders, and read here when
 * somebody asks: nothing in this class is on the way of a request. Thread-safe.
 *
 * <p>Gauges and counters are Micrometer's. Histograms are collectors of the Prometheus registry below it ({@link Histograms}): a
 * {@code Timer} would show a {@code _max} that etcd does not have, and would keep a window of time beside its buckets for each
 * value recorded.
 */
public final class Metrics {
    /** Content type of the text format that {@link #text} writes. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Histograms> histograms = new ConcurrentHashMap<>();
    private final ChangingSeries changing = new ChangingSeries();

    public Metrics() {
        // Names are etcd's, as they stand.
        registry.config().namingConvention(NamingConvention.identity).onMeterRegistrationFailed((id, why) -> {
            throw new IllegalArgumentException("%s: %s".formatted(id, why));
        });
    }

    /**
     * A value that goes up and down.
     *
     * @param labels names and values by turns
     */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        Gauge.builder(name, value::getAsDouble).description(help).tags(labels).register(registry);
    }

    /** As above: a value that never goes down. */
    public void counter(String name, String help, DoubleSupplier value, String... labels) {
        counter(name, help, Tags.of(labels), value);
    }

    private void counter(String name, String help, Tags labels, DoubleSupplier value) {
        // What it counts for is held weakly; who has the registry has this.
        FunctionCounter.builder(name, this, owner -> value.getAsDouble())
                .description(help)
                .tags(labels)
                .register(registry);
    }

    /** Values that go up and down, and come and go: {@code now} is asked for all there are, each time. */
    public void gauges(String name, String help, Supplier<? extends Map<Tags, ? extends Number>> now) {
        MultiGauge gauges = MultiGauge.builder(name).description(help).register(registry);
        changing.add(() -> gauges.register(
                now.get().entrySet().stream()
                        .map(row -> MultiGauge.Row.of(row.getKey(), row.getValue()))
                        .toList(),
                true));
    }

    /** As above: values that never go down, and stay once they are there. */
    public void counters(String name, String help, Supplier<? extends Map<Tags, ? extends Number>> now) {
        Map<Tags, Number> last = new ConcurrentHashMap<>();
        changing.add(() -> now.get().forEach((labels, value) -> {
            // The value as it is now, not the adder that it may be.
            if (last.put(labels, value.doubleValue()) == null) {
                counter(name, help, labels, () -> last.getOrDefault(labels, 0).doubleValue());
            }
        }));
    }

    /** A histogram without labels, shown from the start. */
    public Histogram histogram(String name, String help, Buckets buckets) {
        return histograms(name, help, buckets).of();
    }

    /** Histograms with labels; each is shown from when it is asked for. */
    public Histograms histograms(String name, String help, Buckets buckets) {
        return histograms.computeIfAbsent(name, its -> {
            Histograms made = new Histograms(its, help, buckets);
            registry.getPrometheusRegistry().register(made);
            return made;
        });
    }

    /** All of them, in Prometheus' text format 0.0.4; takes milliseconds. */
    public String text() {
        return changing.whileFresh(
                () -> MetricsText.of(registry.getPrometheusRegistry().scrape()));
    }
}
