package io.metastore.server.audit;

import java.util.Collection;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where lines wait for the writer, bounded in bytes. Any thread adds and none ever waits; one thread collects.
 *
 * <p>Each thread has a place, which few others share, with a page that was begun. It takes the page out, adds its line and puts
 * it back: while it is out, nobody else has it. Who finds the place empty, because the writer has collected the page or because another
 * thread has it in hand, begins another; who finds the place taken when he comes back, or has filled his page, leaves that
 * with the full ones. So lines of one thread come in their order, but those of several only by and large.
 */
final class AuditPages {
    /** A power of two. */
    private static final int PLACES = 16;
    /** References between places, so that no two are in one cache line, nor in two that are fetched together. */
    private static final int APART = 32;
    /** Enough for what comes between two looks of the writer at full load; what is used again is in the processor's cache. */
    private static final int MAX_SPARE_PAGES = 32;

    private final long maxBytes;
    private final AtomicReferenceArray<@Nullable AuditPage> begun = new AtomicReferenceArray<>(PLACES * APART);
    private final Queue<AuditPage> full = new ConcurrentLinkedQueue<>();
    /** The last used first. */
    private final Deque<AuditPage> spare = new ConcurrentLinkedDeque<>();

    private final AtomicLong sparePages = new AtomicLong();
    /** In all but the spare pages. */
    private final AtomicLong bytes = new AtomicLong();

    /** @param maxBytes what pages may hold together; one long line alone may hold more */
    AuditPages(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Makes a line of a record. False if there is no room.
     *
     * @param startMicros when the call began, in microseconds since 1970
     */
    boolean add(AuditRecord record, long startMicros) {
        int place = ((int) Thread.currentThread().getId() & (PLACES - 1)) * APART;
        AuditPage page = begun.getAndSet(place, null);
        if (page == null) {
            page = begin();
            if (page == null) {
                return false;
            }
        }
        try {
            page.add(record, startMicros);
            return page.extraBytes() == 0 || mayGrow(page);
        } finally {
            if (page.isFull() || !begun.compareAndSet(place, null, page)) {
                full.add(page);
            }
        }
    }

    private @Nullable AuditPage begin() {
        if (!take(AuditPage.BYTES)) {
            return null;
        }
        AuditPage page = spare.pollFirst();
        if (page == null) {
            return new AuditPage();
        }
        sparePages.decrementAndGet();
        return page;
    }

    /** A page grows once: the line that did not fit is its last. */
    private boolean mayGrow(AuditPage page) {
        if (take(page.extraBytes())) {
            return true;
        }
        page.dropLast();
        return false;
    }

    private boolean take(long more) {
        long held = bytes.addAndGet(more);
        if (held > maxBytes && held > more + AuditPage.BYTES) {
            bytes.addAndGet(-more);
            return false;
        }
        return true;
    }

    /** Gives the writer all pages that nobody has in hand. */
    void collect(Collection<AuditPage> pages) {
        // A thread's page in its place was begun after those that it left with the full ones.
        AuditPage[] last = new AuditPage[PLACES];
        for (int i = 0; i < PLACES; i++) {
            if (begun.get(i * APART) != null) {
                last[i] = begun.getAndSet(i * APART, null);
            }
        }
        for (AuditPage page = full.poll(); page != null; page = full.poll()) {
            pages.add(page);
        }
        for (AuditPage page : last) {
            if (page != null) {
                pages.add(page);
            }
        }
    }

    /** What was collected is not needed any more. */
    void free(AuditPage page) {
        bytes.addAndGet(-AuditPage.BYTES - page.extraBytes());
        page.clear();
        if (sparePages.get() < MAX_SPARE_PAGES) {
            sparePages.incrementAndGet();
            spare.addFirst(page);
        }
    }
}
