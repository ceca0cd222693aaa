package io.metastore.raft.log;

/** Told, on the thread that writes the log, how long its work with the disk took. Must not block. */
public interface LogObserver {
    LogObserver NONE = new LogObserver() {
        @Override
        public void written(long bytes, long nanos) {}

        @Override
        public void synced(long nanos) {}
    };

    /** Records were handed to the system. */
    void written(long bytes, long nanos);

    /** They are on the device. */
    void synced(long nanos);
}
