package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.CompactedException;
import io.metastore.storage.mvcc.MvccStore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The history of a real store. */
record StoreHistory(MvccStore store) implements WatchHistory {

    @Override
    public long currentRevision() {
        return store.currentRevision();
    }

    @Override
    public long compactedRevision() {
        return store.compactedRevision();
    }

    @Override
    public long changes(long fromRevision, long toRevision, int maxRevisions, Consumer<Change> visitor)
            throws CompactedException {
        return store.changes(fromRevision, toRevision, maxRevisions, visitor);
    }

    @Override
    public byte @Nullable [] keyValueBefore(Change change) {
        return store.keyValueBefore(change);
    }
}
