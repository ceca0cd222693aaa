package io.metastore.storage.state;

/** Told how long work on the whole state took, on the thread that did it. Must not block. */
public interface StateObserver {
    StateObserver NONE = new StateObserver() {
        @Override
        public void hashed(long nanos) {}

        @Override
        public void hashedRevision(long nanos) {}

        @Override
        public void defragmented(long nanos) {}

        @Override
        public void backedUp(long nanos) {}
    };

    void hashed(long nanos);

    /** The hash at one revision was found, or refused. */
    void hashedRevision(long nanos);

    void defragmented(long nanos);

    /** A backup was closed, read to its end or not. */
    void backedUp(long nanos);
}
