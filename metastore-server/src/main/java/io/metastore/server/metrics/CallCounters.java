package io.metastore.server.metrics;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable Histogram times;

    /**
     * @param times null if calls are not timed
     */
    CallCounters(int codes, LongAdder receivedBytes, LongAdder sentBytes, @Nullable Histogram times) {
        this.times = times;
        this.receivedBytes = receivedBytes;
        this.sentBytes = sentBytes;
        handled = new LongAdder[codes];
        for (int i = 0; i < codes; i++) {
            handled[i] = new LongAdder();
        }
    }

    /** Returns what is to be told when the call has ended. */
    public long started() {
        started.increment();
        return times == null ? 0 : System.nanoTime();
    }

    public void received(long bytes) {
        received.increment();
        receivedBytes.add(bytes);
    }

    public void sent(long bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    /**
     * A call has ended.
     *
     * @param start what {@link #started} said
     */
    public void handled(int code, long start) {
        handled[code].increment();
        if (times != null) {
            times.accept(System.nanoTime() - start);
        }
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
