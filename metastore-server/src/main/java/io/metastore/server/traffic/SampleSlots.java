package io.metastore.server.traffic;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Hands samples from event loops to whoever counts them: nobody waits, nothing is in order, and what finds its slot taken is
 * lost and counted.
 */
final class SampleSlots<T> {
    private final AtomicReferenceArray<T> slots;
    private final AtomicInteger next = new AtomicInteger();
    private final LongAdder lost = new LongAdder();

    /** @param size a power of two */
    SampleSlots(int size) {
        slots = new AtomicReferenceArray<>(size);
    }

    /** Any thread. */
    void offer(T sample) {
        int slot = next.getAndIncrement() & (slots.length() - 1);
        if (!slots.compareAndSet(slot, null, sample)) {
            lost.increment();
        }
    }

    /** One thread at a time. */
    void drain(Consumer<T> taker) {
        for (int slot = 0; slot < slots.length(); slot++) {
            if (slots.getPlain(slot) != null) {
                taker.accept(slots.getAndSet(slot, null));
            }
        }
    }

    long lost() {
        return lost.sum();
    }
}
