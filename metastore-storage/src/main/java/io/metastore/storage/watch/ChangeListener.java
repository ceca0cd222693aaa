package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import java.util.List;

/** Told of what happened to the key space, on the apply thread, after readers can see it. Must not block or throw. */
public interface ChangeListener {

    /**
     * One batch is published: {@code revision} is now current, {@code changes} are all its changes in revision order.
     */
    void published(long revision, List<Change> changes);

    /** History below this revision is no longer readable. */
    void compacted(long compactRevision);

    /** The whole state was replaced by a snapshot; what lies between is only in the store. */
    void reset();
}
