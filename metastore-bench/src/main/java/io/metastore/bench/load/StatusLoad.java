package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import org.jspecify.annotations.Nullable;

/** Asks a server once whom it takes for the leader. For one slot. */
final class StatusLoad implements UnaryWorkload, Call {
    private final ProtoCursor reply = new ProtoCursor();
    private final ProtoCursor header = new ProtoCursor();
    private boolean asked;
    private long member;
    private long leader;

    /** Whether it said that it leads. */
    boolean leads() {
        return leader != 0 && leader == member;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return "/etcdserverpb.Maintenance/Status";
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
            if (reply.field() == 1) {
                member = header.into(reply).find(2);
            } else if (reply.field() == 4) {
                leader = reply.number();
            }
        }
        return null;
    }
}
