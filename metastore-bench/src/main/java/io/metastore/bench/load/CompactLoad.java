package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import org.jspecify.annotations.Nullable;

/** Asks for the current revision, then compacts to it and waits until that is physically done. For one slot. */
final class CompactLoad implements UnaryWorkload, Call {
    private final ProtoCursor reply = new ProtoCursor();
    private final ProtoCursor header = new ProtoCursor();
    private long revision;
    private int step;

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return step == 1 ? GetLoad.PATH : "/etcdserverpb.KV/Compact";
    }

    @Override
    public boolean next() {
        step++;
        return step == 1 || (step == 2 && revision > 1);
    }

    @Override
    public void encode(ByteSink out) {
        if (step == 1) {
            out.bytesField(1, new byte[] {'x'});
        } else {
            out.varintField(1, revision);
            out.varintField(2, 1);
        }
    }

    @Override
    public boolean keepsReply() {
        return true;
    }

    @Override
    public @Nullable String check(byte[] bytes, int offset, int length) {
        reply.over(bytes, offset, length);
        if (step == 1 && reply.next() && reply.field() == 1) {
            revision = header.into(reply).find(3);
        }
        return null;
    }
}
