package io.metastore.storage.lease;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that stands still until it is moved. */
public final class ManualTime implements LongSupplier {
    private long nanos;

    /** Anything may be the origin, as with System.nanoTime. */
    public ManualTime(long origin) {
        nanos = origin;
    }

    public void advance(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public long getAsLong() {
        return nanos;
    }
}
