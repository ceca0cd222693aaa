package io.metastore.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * A member's metrics. What happens often is counted elsewhere, in adders, and read here when somebody asks: nothing in this
 * class is on the way of a request. Thread-safe.
 */
public final class Metrics {
    /** Content type of the text format that {@link #text} writes. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Counters of etcd from before counters had to end so; the library adds it. */
    private static final Pattern WITHOUT_TOTAL =
            Pattern.compile("(?m)^((?:# (?:HELP|TYPE) )?etcd_server_(?:health_success|health_failures))_total\\b");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final Queue<Held> held = new ConcurrentLinkedQueue<>();

    public Metrics() {
        registry.config().namingConvention(NamingConvention.identity);
    }

    /**
     * A value that goes up and down.
     *
     * @param labels names and values by turns
     */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        Gauge.builder(name, value::getAsDouble)
                .description(help)
                .tags(Tags.of(labels))
                .register(registry);
    }

    /** As above: a value that never goes down. */
    public void counter(String name, String help, LongSupplier value, String... labels) {
        FunctionCounter.builder(name, new Held(value, this), held -> held.value.getAsLong())
                .description(help)
                .tags(Tags.of(labels))
                .register(registry);
    }

    /** The registry holds what it asks weakly; a supplier made on the way would be gone by the time it is asked. */
    private static final class Held {
        private final LongSupplier value;

        Held(LongSupplier value, Metrics owner) {
            this.value = value;
            owner.held.add(this);
        }
    }

    /** Durations in buckets that begin at {@code firstSeconds} and double. */
    public DurationHistogram histogram(String name, String help, double firstSeconds, int buckets) {
        DurationHistogram histogram = new DurationHistogram(name, help, firstSeconds, buckets);
        registry.getPrometheusRegistry().register(histogram);
        return histogram;
    }

    /** All of them, in Prometheus' text format 0.0.4; takes milliseconds. */
    public String text() {
        return WITHOUT_TOTAL.matcher(registry.scrape()).replaceAll("$1");
    }
}
