package io.metastore.storage.mvcc;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the open batch has changed: each key's versions in it, newest first. Owned by the apply thread. */
final class PendingKeys {

    /** A version in the open batch, the one before it there, and whether the key was alive before the batch. */
    record Version(Head head, @Nullable Version older, boolean wasAlive) {}

    private final Map<Key, Version> versions = new HashMap<>();
    // Made when a range is first asked for in a batch.
    private @Nullable NavigableMap<Key, Version> sorted;

    @Nullable
    Head newest(Key key) {
        Version version = versions.get(key);
        return version == null ? null : version.head;
    }

    /** @param committed the newest version before the batch, if the key has not changed in it yet */
    void add(Head head, @Nullable Head committed) {
        Version older = versions.get(head.key());
        boolean wasAlive = older != null ? older.wasAlive : committed != null && !committed.isTombstone();
        Version version = new Version(head, older, wasAlive);
        versions.put(head.key(), version);
        if (sorted != null) {
            sorted.put(head.key(), version);
        }
    }

    boolean isEmpty() {
        return versions.isEmpty();
    }

    Collection<Version> all() {
        return versions.values();
    }

    NavigableMap<Key, Version> in(KeyRange range) {
        if (versions.isEmpty() || range.isEmpty()) {
            return Collections.emptyNavigableMap();
        }
        if (sorted == null) {
            sorted = new TreeMap<>(versions);
        }
        return range.end() == null
                ? sorted.tailMap(range.start(), true)
                : sorted.subMap(range.start(), true, range.end(), false);
    }

    void clear() {
        versions.clear();
        sorted = null;
    }
}
