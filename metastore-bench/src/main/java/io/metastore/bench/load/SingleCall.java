package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.MessageEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One unary call, made once; of its reply one field of text is kept. For one slot. */
final class SingleCall implements UnaryWorkload, Call {
    /** The number of no field: nothing is kept. */
    static final int NOTHING = 0;

    private final String path;
    private final MessageEncoder request;
    private final int keptField;
    private final ProtoCursor reply = new ProtoCursor();
    private String kept = "";
    private boolean asked;

    SingleCall(String path, MessageEncoder request, int keptField) {
        this.path = path;
        this.request = request;
        this.keptField = keptField;
    }

    /** The text of the field; empty if the reply had none. */
    String kept() {
        return kept;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public boolean next() {
        boolean first = !asked;
        asked = true;
        return first;
    }

    @Override
    public void encode(ByteSink out) {
        request.encode(out);
    }

    /** etcd answers some calls with an empty message. */
    @Override
    public long leastReplyBytes() {
        return 0;
    }

    @Override
    public boolean keepsReply() {
        return true;
    }

    @Override
    public @Nullable String check(byte[] bytes, int offset, int length) {
        reply.over(bytes, offset, length);
        while (reply.next()) {
            if (reply.field() == keptField) {
                kept = new String(bytes, reply.start(), reply.length(), StandardCharsets.UTF_8);
            }
        }
        return null;
    }
}
