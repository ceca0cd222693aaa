package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Adds a voter to the server's cluster, or removes a member, once. For one slot. */
final class MemberLoad implements UnaryWorkload, Call {
    private static final int REPLY_MEMBER = 2;

    private final @Nullable String peerUrl;
    private final ProtoCursor reply = new ProtoCursor();
    private final ProtoCursor member = new ProtoCursor();
    private long id;
    private boolean asked;

    private MemberLoad(@Nullable String peerUrl, long id) {
        this.peerUrl = peerUrl;
        this.id = id;
    }

    static MemberLoad add(String peerUrl) {
        return new MemberLoad(peerUrl, 0);
    }

    static MemberLoad remove(long id) {
        return new MemberLoad(null, id);
    }

    /** Of the member, 0 before it is known. */
    long id() {
        return id;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return peerUrl == null ? "/etcdserverpb.Cluster/MemberRemove" : "/etcdserverpb.Cluster/MemberAdd";
    }

    @Override
    public boolean next() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    @Override
    public void encode(ByteSink out) {
        if (peerUrl == null) {
            out.varintField(1, id);
        } else {
            out.bytesField(1, peerUrl.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public boolean keepsReply() {
        return true;
    }

    @Override
    public @Nullable String check(byte[] bytes, int offset, int length) {
        if (peerUrl == null) {
            return null;
        }
        reply.over(bytes, offset, length);
        while (reply.next()) {
            if (reply.field() == REPLY_MEMBER) {
                id = member.into(reply).find(1);
            }
        }
        return id == 0 ? "a member without an id" : null;
    }
}
