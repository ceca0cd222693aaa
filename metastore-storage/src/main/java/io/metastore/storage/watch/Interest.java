package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.KeyRange;

/**
 * What a watcher wants to be told. Watchers with equal interest get the same events, so these are made once for all of
 * them.
 */
record Interest(KeyRange range, boolean puts, boolean deletes, boolean prevKv) {

    boolean includes(Change change) {
        return kindIncluded(change) && range.contains(change.key());
    }

    /** For changes whose key is known to lie in the range. */
    boolean kindIncluded(Change change) {
        return change.tombstone() ? deletes : puts;
    }
}
