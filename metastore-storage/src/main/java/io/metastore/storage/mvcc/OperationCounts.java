package io.metastore.storage.mvcc;

import java.util.concurrent.atomic.LongAdder;

/** What was done with keys since the store was opened: operations, not keys (etcd: server/storage/mvcc/metrics.go). */
public final class OperationCounts {
    final LongAdder puts = new LongAdder();
    final LongAdder deletes = new LongAdder();
    final LongAdder ranges = new LongAdder();
    final LongAdder txns = new LongAdder();
    final LongAdder putBytes = new LongAdder();

    OperationCounts() {}

    public long puts() {
        return puts.sum();
    }

    public long deletes() {
        return deletes.sum();
    }

    public long ranges() {
        return ranges.sum();
    }

    /** Commands that did more than one of the above. */
    public long txns() {
        return txns.sum();
    }

    /** Keys and values put, in bytes. */
    public long putBytes() {
        return putBytes.sum();
    }
}
