package io.metastore.bench.load;

import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import org.jspecify.annotations.Nullable;

/** One call in flight: when it ends, the next one begins. Event loop only. */
final class Slot extends GrpcStream implements LoadSlot {
    private final ClosedLoop loop;
    private final Http2Connection connection;
    private final Call call;
    private final boolean keepsMessages;
    private long startNanos;
    private long replyBytes;
    private @Nullable String fault;

    Slot(ClosedLoop loop, Http2Connection connection, Call call) {
        this.loop = loop;
        this.connection = connection;
        this.call = call;
        this.keepsMessages = call.keepsReply();
    }

    @Override
    public void begin(long now) {
        if (!loop.goesOn() || !call.next()) {
            loop.slotEnded();
            return;
        }
        startNanos = now;
        replyBytes = 0;
        fault = null;
        if (!connection.unary(call.path(), this, call)) {
            loop.failed("connection lost: " + connection.lost());
            loop.slotEnded();
        }
    }

    @Override
    protected boolean keepsMessages() {
        return keepsMessages;
    }

    @Override
    protected void onSkipped(int length) {
        replyBytes += length;
    }

    @Override
    protected void onMessage(byte[] bytes, int offset, int length) {
        replyBytes += length;
        if (call.keepsReply()) {
            fault = call.check(bytes, offset, length);
        }
    }

    @Override
    protected void onClosed(int grpcStatus, String message) {
        long now = System.nanoTime();
        if (grpcStatus != 0) {
            loop.failed("status " + grpcStatus + ": " + message);
        } else if (fault != null) {
            loop.failed(fault);
        } else if (replyBytes < call.leastReplyBytes()) {
            loop.failed("reply of %d bytes, at least %d expected".formatted(replyBytes, call.leastReplyBytes()));
        } else {
            loop.completed(startNanos, now, call.operations(), replyBytes);
        }
        begin(now);
    }
}
