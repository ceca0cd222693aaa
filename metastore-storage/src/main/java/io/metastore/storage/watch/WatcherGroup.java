package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;

/** The synced watchers of one lane with equal interest, and what the present batch has for them. Lane only. */
final class WatcherGroup {
    private final Interest interest;
    private final ArrayList<Watcher> watchers = new ArrayList<>(1);
    private List<WatchEvent> matched = List.of();

    WatcherGroup(Interest interest) {
        this.interest = interest;
    }

    Interest interest() {
        return interest;
    }

    boolean isEmpty() {
        return watchers.isEmpty();
    }

    int size() {
        return watchers.size();
    }

    Watcher watcher(int slot) {
        return watchers.get(slot);
    }

    void add(Watcher watcher) {
        watcher.placed(this, watchers.size());
        watchers.add(watcher);
    }

    void remove(Watcher watcher) {
        assert watcher.group() == this;
        Watcher last = watchers.remove(watchers.size() - 1);
        if (last != watcher) {
            watchers.set(watcher.slot(), last);
            last.placed(this, watcher.slot());
        }
        watcher.placed(null, -1);
    }

    /** Takes the event if the kind is wanted; true if it is the first of the batch. */
    boolean match(WatchEvent event) {
        Change change = event.change();
        if (!interest.kindIncluded(change)) {
            return false;
        }
        boolean first = matched.isEmpty();
        if (first) {
            matched = new ArrayList<>();
        }
        matched.add(event);
        return first;
    }

    List<WatchEvent> takeMatched() {
        List<WatchEvent> events = matched;
        matched = List.of();
        return events;
    }
}
