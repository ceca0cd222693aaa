package io.metastore.server.metrics;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Makes the text of metrics, and counts who asks for it (Go: promhttp). Thread-safe. */
public final class Scrapes {
    private final Metrics metrics;
    private final Executor executor;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * @param executor makes the text; may refuse
     */
    public Scrapes(Metrics metrics, Executor executor) {
        this.metrics = metrics;
        this.executor = executor;
        metrics.gauge(
                "promhttp_metric_handler_requests_in_flight", "Current number of scrapes being served.", inFlight::get);
        count("200", answered);
        count("500", failed);
        count("503", refused);
    }

    private void count(String code, LongAdder scrapes) {
        metrics.counter(
                "promhttp_metric_handler_requests_total",
                "Total number of scrapes by HTTP status code.",
                scrapes::sum,
                "code",
                code);
    }

    /**
     * Completes with the text, on the executor.
     *
     * @throws RejectedExecutionException if there is too much to do
     */
    public CompletableFuture<String> text() {
        inFlight.incrementAndGet();
        try {
            return CompletableFuture.supplyAsync(metrics::text, executor).whenComplete((text, failure) -> {
                inFlight.decrementAndGet();
                (failure == null ? answered : failed).increment();
            });
        } catch (RejectedExecutionException busy) {
            inFlight.decrementAndGet();
            refused.increment();
            throw busy;
        }
    }
}
