package io.metastore.storage.state;

import io.metastore.storage.mvcc.MvccConfig;

/** What may differ between members: nothing of it decides an outcome. */
public record StateConfig(MvccConfig mvcc) {
    public static final StateConfig DEFAULT = new StateConfig(MvccConfig.DEFAULT);

    /** For a process whose heap can grow to so many bytes. */
    public static StateConfig forHeap(long maxBytes) {
        return new StateConfig(MvccConfig.forHeap(maxBytes));
    }
}
