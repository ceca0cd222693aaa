package io.metastore.server.slow;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.spi.LoggingEventBuilder;

/** Keeps what is slow from being slowed by its own warnings: a few lines a second, and how many were left out. Any thread. */
final class SlowLog {
    private static final int LINES_A_SECOND = 20;

    private final AtomicInteger lines = new AtomicInteger();
    private final LongAdder untold = new LongAdder();
    private volatile long second = System.nanoTime();

    /** Whether a line may be written now; counted as left out if not. */
    boolean isOpen() {
        long now = System.nanoTime();
        if (now - second >= TimeUnit.SECONDS.toNanos(1)) {
            second = now;
            lines.set(0);
        }
        if (lines.incrementAndGet() <= LINES_A_SECOND) {
            return true;
        }
        untold.increment();
        return false;
    }

    LoggingEventBuilder withUntold(LoggingEventBuilder line) {
        long before = untold.sumThenReset();
        return before == 0 ? line : line.addKeyValue("not-told-before", before);
    }

    /** As Go writes a duration, to the microsecond. */
    static String text(long nanos) {
        if (nanos >= TimeUnit.SECONDS.toNanos(1)) {
            return String.format(Locale.ROOT, "%.6fs", nanos / 1e9);
        }
        return nanos >= TimeUnit.MILLISECONDS.toNanos(1)
                ? String.format(Locale.ROOT, "%.3fms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.3fµs", nanos / 1e3);
    }
}
