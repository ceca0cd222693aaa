package io.metastore.server.grpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for large answers on their way out. An answer is copied to the transport as a whole, however slowly its client
 * reads, so what many clients may leave there must have a bound. Any thread.
 */
final class ReplyBudget {
    /** What is smaller is not counted. */
    static final long LARGE_BYTES = 1 << 20;

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();

    ReplyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** False if too much is held already; the first is always let through. */
    boolean take(long bytes) {
        long before = held.get();
        while (before == 0 || before + bytes <= maxBytes) {
            if (held.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = held.get();
        }
        return false;
    }

    void give(long bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
