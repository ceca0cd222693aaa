package io.metastore.server.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * The calls of one gRPC method. Each member of the group is counted where it happens; codes are indexed by their number.
 * Thread-safe.
 */
public final class CallCounters {
    private final LongAdder started = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder[] handled;
    private final LongAdder receivedBytes;
    private final LongAdder sentBytes;

    CallCounters(int codes, LongAdder receivedBytes, LongAdder sentBytes) {
        this.receivedBytes = receivedBytes;
        this.sentBytes = sentBytes;
        handled = new LongAdder[codes];
        for (int i = 0; i < codes; i++) {
            handled[i] = new LongAdder();
        }
    }

    public void started() {
        started.increment();
    }

    public void received(long bytes) {
        received.increment();
        receivedBytes.add(bytes);
    }

    public void sent(long bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    public void handled(int code) {
        handled[code].increment();
    }

    long startedCount() {
        return started.sum();
    }

    long receivedCount() {
        return received.sum();
    }

    long sentCount() {
        return sent.sum();
    }

    long handledCount(int code) {
        return handled[code].sum();
    }
}
