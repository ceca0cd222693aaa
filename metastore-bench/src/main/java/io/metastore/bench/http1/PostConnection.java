package io.metastore.bench.http1;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One connection that stays, and posts JSON to one path, one request at a time. Everything but {@link #ready} belongs to its event loop. */
public final class PostConnection extends ChannelInboundHandlerAdapter {
    private static final int OK = 200;
    private static final int MOST_ERROR_CHARACTERS = 200;

    /** Who waits for an answer. */
    public interface Reply {
        /** The answer was 200, of so many bytes. */
        void onBody(int bytes);

        /** It was another, or there is none. */
        void onFailure(String text);
    }

    private final String head;
    private final CompletableFuture<PostConnection> ready = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Reply waiting;
    private @Nullable String lost;
    private int status;
    private int bodyBytes;
    private final StringBuilder error = new StringBuilder();

    public PostConnection(Endpoint endpoint, String path) {
        head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: "
                .formatted(path, endpoint);
    }

    /** Completes once it is connected; any thread. */
    public CompletableFuture<PostConnection> ready() {
        return ready;
    }

    /** Why nothing can be posted here any more; null while all is well. */
    public @Nullable String lost() {
        return lost;
    }

    /** Sends one request, whose answer is told to the reply. */
    public void post(ByteSink body, Reply reply) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || lost != null) {
            reply.onFailure("connection lost: " + lost);
            return;
        }
        waiting = reply;
        ByteBuf request = ctx.alloc().directBuffer(head.length() + 16 + body.size());
        request.writeCharSequence(head, StandardCharsets.US_ASCII);
        request.writeCharSequence(body.size() + "\r\n\r\n", StandardCharsets.US_ASCII);
        request.writeBytes(body.toByteArray());
        var unused = ctx.writeAndFlush(request, ctx.voidPromise());
    }

    public void close() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            var unused = ctx.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), "responses", new HttpResponseDecoder());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        ready.complete(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response) {
                status = response.status().code();
                bodyBytes = 0;
                error.setLength(0);
            }
            if (message instanceof HttpContent content) {
                bodyBytes += content.content().readableBytes();
                if (status != OK && error.length() < MOST_ERROR_CHARACTERS) {
                    error.append(content.content().toString(StandardCharsets.UTF_8));
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
        if (message instanceof LastHttpContent) {
            end();
        }
    }

    private void end() {
        Reply reply = waiting;
        waiting = null;
        if (reply == null) {
            return;
        }
        if (status == OK) {
            reply.onBody(bodyBytes);
        } else {
            reply.onFailure("HTTP status " + status + ": " + error);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lose("connection closed by the server");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lose(cause.toString());
        var unused = ctx.close();
    }

    private void lose(String why) {
        if (lost == null) {
            lost = why;
        }
        ready.completeExceptionally(new IllegalStateException(lost));
        Reply reply = waiting;
        waiting = null;
        if (reply != null) {
            reply.onFailure("connection lost: " + lost);
        }
    }
}
