package io.metastore.storage.watch;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what all outboxes of the hub hold. Any thread. */
final class HeldBytes {
    private final long max;
    private final AtomicLong held = new AtomicLong();

    HeldBytes(long max) {
        this.max = max;
    }

    boolean hasRoom() {
        return held.get() < max;
    }

    void add(long bytes) {
        held.addAndGet(bytes);
    }

    long get() {
        return held.get();
    }
}
