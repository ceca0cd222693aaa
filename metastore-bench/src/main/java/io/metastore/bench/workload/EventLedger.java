package io.metastore.bench.workload;

import io.metastore.bench.measure.Latency;
import org.HdrHistogram.Histogram;

/**
 * Which puts were made, and which events came of them. Puts are numbered from 0, and so are the events that tell of them.
 * Event loop only, until the load is over.
 */
final class EventLedger {
    private final int eventsPerPut;
    private final long[] putNanos;
    /** 0: not acknowledged. */
    private final long[] ackNanos;

    private final int[] delivered;
    private final Histogram sincePut = Latency.newHistogram();
    private final Histogram sinceAck = Latency.newHistogram();
    private int begun;
    private long events;
    private long beforeAck;
    private long repeated;
    private long outOfOrder;
    private long unexpected;
    private long lastNanos;

    EventLedger(int puts, int eventsPerPut) {
        this.eventsPerPut = eventsPerPut;
        this.putNanos = new long[puts];
        this.ackNanos = new long[puts];
        this.delivered = new int[puts];
    }

    /** The number of a put that should begin now. */
    int begin(long intendedNanos) {
        putNanos[begun] = intendedNanos;
        return begun++;
    }

    void acknowledged(int put, long nowNanos) {
        ackNanos[put] = nowNanos;
    }

    /** A watcher was told of a put: for the first time, with a revision above all that it was told before. */
    void event(long put, long nowNanos) {
        if (put < 0 || put >= begun) {
            unexpected++;
            return;
        }
        int number = (int) put;
        delivered[number]++;
        events++;
        lastNanos = nowNanos;
        Latency.record(sincePut, nowNanos - putNanos[number]);
        boolean acknowledged = ackNanos[number] != 0;
        beforeAck += acknowledged ? 0 : 1;
        Latency.record(sinceAck, acknowledged ? nowNanos - ackNanos[number] : 0);
    }

    void repeated() {
        repeated++;
    }

    void outOfOrder() {
        outOfOrder++;
    }

    void unexpected() {
        unexpected++;
    }

    /** Events that acknowledged puts should have brought. */
    long expected() {
        long expected = 0;
        for (int put = 0; put < begun; put++) {
            expected += ackNanos[put] != 0 ? eventsPerPut : 0;
        }
        return expected;
    }

    /** How many of those are not here. */
    long missing() {
        long missing = 0;
        for (int put = 0; put < begun; put++) {
            missing += ackNanos[put] != 0 ? Math.max(0, eventsPerPut - delivered[put]) : 0;
        }
        return missing;
    }

    long events() {
        return events;
    }

    long eventsBeforeAck() {
        return beforeAck;
    }

    long eventsRepeated() {
        return repeated;
    }

    long eventsOutOfOrder() {
        return outOfOrder;
    }

    long eventsUnexpected() {
        return unexpected;
    }

    /** From the first put to the last event. */
    long nanos() {
        return events == 0 ? 0 : lastNanos - putNanos[0];
    }

    /** From when a put should have begun. */
    Latency sincePut() {
        return Latency.of(sincePut);
    }

    /** From when the client knew of the put; an event that came first counts as 0. */
    Latency sinceAck() {
        return Latency.of(sinceAck);
    }
}
