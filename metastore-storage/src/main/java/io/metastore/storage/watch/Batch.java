package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * What one publication tells the lanes: all changes after {@code from} up to {@code to}. Without events it says that
 * these are only in the store.
 */
record Batch(long from, long to, List<WatchEvent> events, int weight) {

    static Batch of(long from, long to, List<Change> changes) {
        List<WatchEvent> events = new ArrayList<>(changes.size());
        long weight = 0;
        for (Change change : changes) {
            WatchEvent event = new WatchEvent(change);
            events.add(event);
            weight += event.weight();
        }
        return new Batch(from, to, events, (int) Math.min(weight, Integer.MAX_VALUE));
    }

    static Batch gap(long to) {
        return new Batch(Long.MAX_VALUE, to, List.of(), 0);
    }

    boolean isGap() {
        return from == Long.MAX_VALUE;
    }
}
