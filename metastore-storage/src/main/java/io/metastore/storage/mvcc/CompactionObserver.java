package io.metastore.storage.mvcc;

/** Told of the erasing of compacted history, on the thread that does it. Must not block. */
public interface CompactionObserver {
    CompactionObserver NONE = new CompactionObserver() {
        @Override
        public void slice(long nanos) {}

        @Override
        public void finished(long nanos, long erased) {}
    };

    /** One slice is erased; what is erased in one go may keep writers waiting. */
    void slice(long nanos);

    /**
     * A compaction has erased all that it made superfluous, or has been given up.
     *
     * @param nanos from its first slice on, with the pauses
     * @param erased records
     */
    void finished(long nanos, long erased);
}
