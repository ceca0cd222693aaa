package io.metastore.bench.workload;

import io.metastore.bench.measure.Latency;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/** What the workers saw: times of operations and of their calls by kind. Filled on the event loop, read when it is over. */
final class Tally {
    private final Histogram operations = Latency.newHistogram();
    /** Operations since the last cut. */
    private final Histogram interval = Latency.newHistogram();

    private final Map<Kind, Histogram> calls = new EnumMap<>(Kind.class);
    private final Errors errors = new Errors();

    void call(Kind kind, long nanos) {
        Histogram histogram = calls.get(kind);
        if (histogram == null) {
            histogram = Latency.newHistogram();
            calls.put(kind, histogram);
        }
        Latency.record(histogram, nanos);
    }

    void operation(long nanos) {
        Latency.record(operations, nanos);
        Latency.record(interval, nanos);
    }

    /** Of the operations that ended since the last time it was asked. */
    Latency cutInterval() {
        Latency latency = Latency.of(interval);
        interval.reset();
        return latency;
    }

    /** Operations that went well. */
    long operations() {
        return operations.getTotalCount();
    }

    Latency operationLatency() {
        return Latency.of(operations);
    }

    boolean saw(Kind kind) {
        return calls.containsKey(kind);
    }

    Latency callLatency(Kind kind) {
        return Latency.of(Objects.requireNonNull(calls.get(kind), "no call of that kind ended"));
    }

    /** Calls that went well, also those of operations that failed later. */
    long calls() {
        return calls.values().stream().mapToLong(Histogram::getTotalCount).sum();
    }

    Errors errors() {
        return errors;
    }
}
