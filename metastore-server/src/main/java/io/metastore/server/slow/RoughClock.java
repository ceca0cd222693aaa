package io.metastore.server.slow;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Nanoseconds to the next 20 ms, at the price of reading a field: for those who ask of everything whether it took long. Somebody
 * else has to call {@link #tick}.
 */
public final class RoughClock implements LongSupplier {
    /** How often it is to be set. */
    public static final Duration TICK = Duration.ofMillis(20);

    private static final Duration LEAST_MEASURED = TICK.multipliedBy(5);

    private volatile long nanos = System.nanoTime();

    public void tick() {
        nanos = System.nanoTime();
    }

    /** This clock, or the true one where a threshold is too small for it. */
    public LongSupplier orBetterFor(Duration threshold) {
        return threshold.compareTo(LEAST_MEASURED) < 0 ? System::nanoTime : this;
    }

    @Override
    public long getAsLong() {
        return nanos;
    }
}
