package io.metastore.server.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Series that come and go, which are registered anew for each scrape: one scrape at a time. Thread-safe. */
final class ChangingSeries {
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<Runnable> refreshes = new ArrayList<>();

    void add(Runnable refresh) {
        synchronized (lock) {
            refreshes.add(refresh);
        }
    }

    <T> T whileFresh(Supplier<T> scrape) {
        synchronized (lock) {
            refreshes.forEach(Runnable::run);
            return scrape.get();
        }
    }
}
