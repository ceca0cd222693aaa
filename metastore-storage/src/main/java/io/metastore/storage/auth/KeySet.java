package io.metastore.storage.auth;

import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A set of keys, as intervals. Those that overlap or touch are one, so what lies in several lies in one. */
final class KeySet {
    private final NavigableMap<Key, KeyRange> byStart = new TreeMap<>();

    KeySet(List<KeyRange> ranges) {
        List<KeyRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparing(KeyRange::start));
        for (KeyRange range : sorted) {
            Map.Entry<Key, KeyRange> last = byStart.lastEntry();
            KeyRange joined = last == null ? null : joined(last.getValue(), range);
            if (joined == null) {
                byStart.put(range.start(), range);
            } else {
                byStart.put(joined.start(), joined);
            }
        }
    }

    /** The two as one, if there is no gap between them; the second does not start before the first. */
    private static @Nullable KeyRange joined(KeyRange first, KeyRange second) {
        Key firstEnd = first.end();
        Key secondEnd = second.end();
        if (firstEnd == null) {
            return first;
        }
        if (firstEnd.compareTo(second.start()) < 0) {
            return null;
        }
        boolean secondEndsLater = secondEnd == null || secondEnd.compareTo(firstEnd) > 0;
        return secondEndsLater ? new KeyRange(first.start(), secondEnd) : first;
    }

    /** Whether all of the range is in the set. Of a range without keys, its start must be. */
    boolean contains(KeyRange range) {
        Map.Entry<Key, KeyRange> candidate = byStart.floorEntry(range.start());
        if (candidate == null || !candidate.getValue().contains(range.start())) {
            return false;
        }
        Key end = candidate.getValue().end();
        Key rangeEnd = range.end();
        return end == null || (rangeEnd != null && rangeEnd.compareTo(end) <= 0);
    }
}
