package io.metastore.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Decides by the first byte of a connection who serves it: HTTP/2 with prior knowledge goes on to gRPC, anything else to
 * the plain HTTP endpoints, on the same port.
 *
 * <p>States: WAITING, in which what gRPC already wants to say (its settings) is held back; then the handler removes
 * itself and the connection is gRPC's or plain HTTP's for good. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
public final class FirstBytes extends ChannelDuplexHandler {
    /** An HTTP/2 client begins with "PRI * HTTP/2.0"; no HTTP/1 method in use begins with "PR". */
    private static final byte[] PREFACE_START = {'P', 'R'};

    private static final long DECISION_TIMEOUT_SECONDS = 10;

    private record Held(Object message, ChannelPromise promise) {}

    private final Consumer<Channel> plainHttp;
    private final Queue<Held> held = new ArrayDeque<>();
    private boolean flushed;
    private boolean takingOver;
    private boolean decided;

    private FirstBytes(Consumer<Channel> plainHttp) {
        this.plainHttp = plainHttp;
    }

    /** Sits on the listening socket, in front of what initializes accepted connections for gRPC. */
    public static ChannelHandler acceptor(Consumer<Channel> plainHttp) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                ((Channel) accepted).pipeline().addLast("first-bytes", new FirstBytes(plainHttp));
                context.fireChannelRead(accepted);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.executor()
                .schedule(
                        () -> {
                            if (!decided) {
                                context.close();
                            }
                        },
                        DECISION_TIMEOUT_SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (decided || !(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            context.fireChannelRead(message);
            return;
        }
        if (isPreface(bytes)) {
            decided = true;
            release(context); // first: the answer to these bytes must not overtake the settings
            context.fireChannelRead(message);
            context.pipeline().remove(this);
            return;
        }
        // gRPC's handlers never saw a byte of this connection; gRPC learns of its end by the channel's close future.
        // What
        // they say when they are removed is held like what they said before, and they may not close it.
        takingOver = true;
        while (context.pipeline().last() != this) {
            context.pipeline().removeLast();
        }
        discard();
        takingOver = false;
        decided = true;
        plainHttp.accept(context.channel());
        context.fireChannelRead(message);
        context.pipeline().remove(this);
    }

    private static boolean isPreface(ByteBuf bytes) {
        int from = bytes.readerIndex();
        int length = Math.min(bytes.readableBytes(), PREFACE_START.length);
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(from + i) != PREFACE_START[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (decided) {
            context.write(message, promise);
        } else {
            held.add(new Held(message, promise));
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        if (decided) {
            context.flush();
        } else {
            flushed = true;
        }
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (takingOver) {
            promise.trySuccess();
        } else {
            context.close(promise);
        }
    }

    private void release(ChannelHandlerContext context) {
        for (Held write = held.poll(); write != null; write = held.poll()) {
            context.write(write.message(), write.promise());
        }
        if (flushed) {
            context.flush();
        }
    }

    private void discard() {
        for (Held write = held.poll(); write != null; write = held.poll()) {
            ReferenceCountUtil.release(write.message());
            write.promise().tryFailure(new ClosedChannelException());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        decided = true;
        discard();
        context.fireChannelInactive();
    }
}
