package io.metastore.bench.load;

/** Keeps one call in flight, and tells its {@link ClosedLoop} of each that ended. Event loop only. */
@FunctionalInterface
interface LoadSlot {
    void begin(long nowNanos);
}
