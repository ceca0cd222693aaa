package io.metastore.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How fast snapshots leave this member, to all others together: when the next chunk may be sent. Any thread.
 *
 * <p>A member that is brought up to date waits; the puts that the same disk and network serve meanwhile should not.
 */
final class SnapshotPace {

    /** No time at all: the row is too long. */
    static final long FULL = -1;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private boolean sent;
    private long lastNanos;
    private boolean started;
    private long nextNanos;

    /** @param bytesPerSecond 0 for no limit */
    SnapshotPace(long bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes a place in the row for a chunk of {@code bytes}, and answers how many nanoseconds it has to wait; {@link #FULL}, and
     * no place, if that is so long that whoever asked would give up: what waits is in memory.
     */
    synchronized long reserve(long bytes) {
        long now = nanoTime.getAsLong();
        lastNanos = now;
        sent = true;
        if (bytesPerSecond == 0) {
            return 0;
        }
        long start = started && nextNanos - now > 0 ? nextNanos : now;
        if (start - now > MOST_WAIT_NANOS) {
            return FULL;
        }
        started = true;
        nextNanos = start + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        return start - now;
    }

    /** Whether a member is being sent a snapshot, or was a moment ago. */
    synchronized boolean isSending() {
        return sent && nanoTime.getAsLong() - lastNanos < RECENT_NANOS;
    }
}
