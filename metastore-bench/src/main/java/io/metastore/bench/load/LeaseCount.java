package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import org.jspecify.annotations.Nullable;

/** Asks once for all leases, and counts them. For one slot. */
final class LeaseCount implements UnaryWorkload, Call {
    private static final int REPLY_LEASES = 2;

    private final ProtoCursor reply = new ProtoCursor();
    private long leases;
    private boolean asked;

    long leases() {
        return leases;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return "/etcdserverpb.Lease/LeaseLeases";
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
    public boolean keepsReply() {
        return true;
    }

    @Override
    public @Nullable String check(byte[] bytes, int offset, int length) {
        reply.over(bytes, offset, length);
        while (reply.next()) {
            if (reply.field() == REPLY_LEASES) {
                leases++;
            }
        }
        return null;
    }
}
