package io.metastore.server.peer;

import java.util.concurrent.atomic.LongAdder;

/** What went between this member and one other, since this one started. Thread-safe. */
public final class PeerTraffic {
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sendFailures = new LongAdder();
    private final LongAdder receiveFailures = new LongAdder();
    private final LongAdder disconnects = new LongAdder();
    private volatile boolean active;
    private volatile boolean wasActive;

    void sent(long bytes) {
        sentBytes.add(bytes);
    }

    void received(long bytes) {
        receivedBytes.add(bytes);
    }

    void notSent(int calls) {
        sendFailures.add(calls);
    }

    void notReceived() {
        receiveFailures.increment();
    }

    void connected() {
        active = true;
        wasActive = true;
    }

    void disconnected() {
        active = false;
        disconnects.increment();
    }

    /** Of calls to the other, and of answers to it. */
    public long sentBytes() {
        return sentBytes.sum();
    }

    public long receivedBytes() {
        return receivedBytes.sum();
    }

    /** Calls that were not sent, or not answered in time or before the connection broke; connections that did not come about. */
    public long sendFailures() {
        return sendFailures.sum();
    }

    /** Streams of the other that were ended for what came on them. */
    public long receiveFailures() {
        return receiveFailures.sum();
    }

    /** Whether calls can be sent now. */
    public boolean isActive() {
        return active;
    }

    /** Whether they ever could. */
    public boolean wasActive() {
        return wasActive;
    }

    /** How often the connection for calls broke. */
    public long disconnects() {
        return disconnects.sum();
    }
}
