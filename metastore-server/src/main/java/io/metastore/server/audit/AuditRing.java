package io.metastore.server.audit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Records on their way to the writer: bounded in number, and in bytes of the requests that they keep in memory. Any thread
 * offers and none ever waits; one thread polls.
 */
final class AuditRing {
    /** Of a record without its request. */
    private static final int RECORD_BYTES = 128;

    private final AtomicReferenceArray<@Nullable AuditRecord> slots;
    private final int mask;
    private final long maxBytes;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param records how many fit, a power of two
     * @param maxBytes what they may hold together; one record alone may hold more
     */
    AuditRing(int records, long maxBytes) {
        slots = new AtomicReferenceArray<>(records);
        mask = records - 1;
        this.maxBytes = maxBytes;
    }

    /** False if it does not fit. */
    boolean offer(AuditRecord record) {
        int size = RECORD_BYTES + record.requestBytes;
        long held = bytes.addAndGet(size);
        if (held > maxBytes && held > size) {
            bytes.addAndGet(-size);
            return false;
        }
        long place;
        do {
            place = tail.get();
            if (place - head.get() > mask) {
                bytes.addAndGet(-size);
                return false;
            }
        } while (!tail.compareAndSet(place, place + 1));
        slots.lazySet((int) place & mask, record);
        return true;
    }

    /** The oldest, null if there is none. */
    @Nullable
    AuditRecord poll() {
        long place = head.get();
        int slot = (int) place & mask;
        AuditRecord record = slots.get(slot);
        if (record != null) {
            slots.lazySet(slot, null);
            head.lazySet(place + 1);
            bytes.addAndGet(-(long) RECORD_BYTES - record.requestBytes);
        }
        return record;
    }
}
