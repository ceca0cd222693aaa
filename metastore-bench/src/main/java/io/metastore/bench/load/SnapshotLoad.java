package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;

/** Takes the server's snapshot once, and throws it away. For one slot. */
final class SnapshotLoad implements UnaryWorkload, Call {
    private final long leastBytes;
    private boolean asked;

    /** @param leastBytes a shorter snapshot is an error: some of the store is missing */
    SnapshotLoad(long leastBytes) {
        this.leastBytes = leastBytes;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return "/etcdserverpb.Maintenance/Snapshot";
    }

    @Override
    public boolean next() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    @Override
    public void encode(ByteSink out) {
        // The request has no fields.
    }

    @Override
    public long leastReplyBytes() {
        return leastBytes;
    }
}
