package io.metastore.server.traffic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Counts the most frequent of any number of items with a bounded number of counters (Metwally, Agrawal, El Abbadi: Efficient
 * Computation of Frequent and Top-k Elements in Data Streams). An item without a counter takes that of the least frequent one, with
 * its count. So a count is never too low, it is too high by {@link Count#error} at most, and whoever has more than one in {@code
 * capacity} of all that was counted is here. Not for several threads at once.
 */
final class HeavyHitters<T> {
    /**
     * How often something was seen: {@code count - error} times at least, {@code count} times at most.
     */
    record Count<T>(T item, long count, long error) {
        /** Times that are certain. */
        long certain() {
            return count - error;
        }
    }

    private static final class Counter<T> {
        private final T item;
        private final long order;
        private final long error;
        private long count;

        Counter(T item, long order, long count, long error) {
            this.item = item;
            this.order = order;
            this.count = count;
            this.error = error;
        }
    }

    private final int capacity;
    private final Map<T, Counter<T>> counters = new HashMap<>();
    private final TreeSet<Counter<T>> byCount = new TreeSet<>(
            Comparator.<Counter<T>>comparingLong(counter -> counter.count).thenComparingLong(counter -> counter.order));
    private long made;

    HeavyHitters(int capacity) {
        this.capacity = capacity;
    }

    void add(T item) {
        Counter<T> known = counters.get(item);
        if (known != null) {
            byCount.remove(known);
            known.count++;
            byCount.add(known);
            return;
        }
        long taken = 0;
        if (counters.size() == capacity) {
            Counter<T> least = byCount.first();
            byCount.remove(least);
            counters.remove(least.item);
            taken = least.count;
        }
        Counter<T> counter = new Counter<>(item, made++, taken + 1, taken);
        counters.put(item, counter);
        byCount.add(counter);
    }

    /** An item that is not here was seen this often at most. */
    long unseen() {
        return counters.size() < capacity ? 0 : byCount.first().count;
    }

    /** What was seen most often in both, the most frequent first. */
    static <T> List<Count<T>> top(HeavyHitters<T> one, HeavyHitters<T> other, int atMost) {
        List<Count<T>> merged = new ArrayList<>();
        one.counters.values().forEach(counter -> {
            Counter<T> there = other.counters.get(counter.item);
            long count = there == null ? other.unseen() : there.count;
            long error = there == null ? other.unseen() : there.error;
            merged.add(new Count<>(counter.item, counter.count + count, counter.error + error));
        });
        other.counters.values().forEach(counter -> {
            if (!one.counters.containsKey(counter.item)) {
                merged.add(new Count<>(counter.item, counter.count + one.unseen(), counter.error + one.unseen()));
            }
        });
        merged.sort(Comparator.<Count<T>>comparingLong(Count::certain)
                .thenComparingLong(Count::count)
                .reversed());
        return List.copyOf(merged.subList(0, Math.min(atMost, merged.size())));
    }
}
