package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who watches a key: a hash for single keys, an {@link IntervalTree} for ranges. One thread. */
final class WatcherIndex<W> {
    private final Map<Key, List<W>> byKey = new HashMap<>();
    private final IntervalTree<List<W>> byRange = new IntervalTree<>();

    boolean isEmpty() {
        return byKey.isEmpty() && byRange.isEmpty();
    }

    void add(KeyRange range, W watcher) {
        List<W> all = range.isSingleKey()
                ? byKey.computeIfAbsent(range.start(), key -> new ArrayList<>(1))
                : byRange.computeIfAbsent(range, () -> new ArrayList<>(1));
        all.add(watcher);
    }

    void remove(KeyRange range, W watcher) {
        boolean single = range.isSingleKey();
        List<W> all = single ? byKey.get(range.start()) : byRange.get(range);
        if (all == null) {
            return;
        }
        all.remove(watcher);
        if (!all.isEmpty()) {
            return;
        }
        if (single) {
            byKey.remove(range.start());
        } else {
            byRange.remove(range);
        }
    }

    void forEachWatching(Key key, Consumer<? super W> visitor) {
        @Nullable List<W> exact = byKey.get(key);
        if (exact != null) {
            exact.forEach(visitor);
        }
        byRange.forEachContaining(key, all -> all.forEach(visitor));
    }
}
