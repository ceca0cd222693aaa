package io.metastore.server.process.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The way from one member to another, one direction of it. Guarded by its own monitor. */
final class Link {

    /** What becomes of bytes on the way. */
    enum State {
        OPEN,
        /** They arrive each piece late. */
        SLOW,
        /** They wait, and arrive when the link is open again, as after lost packets. */
        HELD,
        /** Connections are reset, new ones refused. */
        CUT,
    }

    private final int from;
    private final int to;
    private State state = State.OPEN;
    private Duration delay = Duration.ZERO;
    private long passed;
    private long stopped;
    private long delayed;

    /**
     * What happened on a link since it was made.
     *
     * @param passed bytes that went through
     * @param stopped pieces that were held, and connections that were reset or refused
     * @param delayed pieces that were late
     */
    record Counts(long passed, long stopped, long delayed) {}

    Link(int from, int to) {
        this.from = from;
        this.to = to;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    synchronized void become(State next, Duration delayOfSlow) {
        state = next;
        delay = delayOfSlow;
        notifyAll();
    }

    synchronized Counts counts() {
        return new Counts(passed, stopped, delayed);
    }

    /** Is a connection let through? */
    synchronized boolean admits() {
        if (state == State.CUT) {
            stopped++;
            return false;
        }
        return true;
    }

    /** A connection was reset. */
    synchronized void countReset() {
        stopped++;
    }

    /** Returns when so many bytes may go on. */
    void pass(int bytes) throws IOException {
        long lateNanos = admit(bytes, false);
        if (lateNanos > 0) {
            LockSupport.parkNanos(lateNanos);
            admit(bytes, true);
        }
    }

    /** Answers 0 when they may go on, or how long they must wait first. */
    private synchronized long admit(int bytes, boolean late) throws IOException {
        if (state == State.HELD) {
            stopped++;
        }
        while (state == State.HELD) {
            awaitChange();
        }
        if (state == State.CUT) {
            stopped++;
            throw new IOException("cut");
        }
        if (state == State.SLOW && !late) {
            delayed++;
            return delay.toNanos();
        }
        passed += bytes;
        return 0;
    }

    private synchronized void awaitChange() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public String toString() {
        return from + "→" + to;
    }
}
