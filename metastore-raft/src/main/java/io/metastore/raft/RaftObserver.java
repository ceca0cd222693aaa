package io.metastore.raft;

import io.metastore.raft.log.LogObserver;

/** Told what raft did and how long it took, on the thread that did it. Must not block. */
public interface RaftObserver extends LogObserver {
    RaftObserver NONE = new RaftObserver() {
        @Override
        public void written(long bytes, long nanos) {}

        @Override
        public void synced(long nanos) {}

        @Override
        public void snapshotSynced(long nanos) {}

        @Override
        public void snapshotSaved(long nanos) {}

        @Override
        public void snapshotSending(long member) {}

        @Override
        public void snapshotSent(long member, boolean success, long nanos) {}

        @Override
        public void snapshotReceiving(long member) {}

        @Override
        public void snapshotReceived(long member, boolean success, long nanos) {}

        @Override
        public void heartbeatLate(long member) {}
    };

    /** The files of a snapshot were forced to the device. */
    void snapshotSynced(long nanos);

    /** A snapshot of this member is complete. */
    void snapshotSaved(long nanos);

    /** Another member is asked to fetch this one's snapshot, and has not answered. */
    void snapshotSending(long member);

    /** It has, or will not any more. */
    void snapshotSent(long member, boolean success, long nanos);

    /** This member begins to fetch the leader's snapshot. */
    void snapshotReceiving(long member);

    /** It has loaded the snapshot, or given up. */
    void snapshotReceived(long member, boolean success, long nanos);

    /** As leader it has sent a heartbeat more than an interval after it was due. */
    void heartbeatLate(long member);
}
