package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.CompactedException;
import io.metastore.storage.mvcc.MvccStore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the hub reads of the store; any thread. */
public interface WatchHistory {

    static WatchHistory of(MvccStore store) {
        return new StoreHistory(store);
    }

    /** The newest published revision. */
    long currentRevision();

    /** Below this revision history is not readable; negative if there was no compaction yet. */
    long compactedRevision();

    /**
     * Visits the changes of whole revisions, in order, from {@code fromRevision} up to {@code toRevision} or until
     * {@code maxRevisions} revisions were visited. What the visitor throws ends the reading.
     *
     * @return the revision to go on from
     * @throws CompactedException if {@code fromRevision} lies below the compact revision
     */
    long changes(long fromRevision, long toRevision, int maxRevisions, Consumer<Change> visitor)
            throws CompactedException;

    /** The marshaled KeyValue of the change's key just before it; null if there was none or it is compacted. */
    byte @Nullable [] keyValueBefore(Change change);
}
