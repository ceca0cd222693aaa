package io.metastore.server.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Lets a request of a connection pass when the one before it is answered, so that clients which do not wait for their
 * answers get them in order. What waits meanwhile is what one read brought.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whoever wrote has the promise
final class OneRequestAtATime extends ChannelDuplexHandler {
    private final Queue<Object> later = new ArrayDeque<>();
    private boolean unanswered;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!later.isEmpty() || (unanswered && message instanceof HttpRequest)) {
            later.add(message);
            context.channel().config().setAutoRead(false);
            return;
        }
        pass(context, message);
    }

    private void pass(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            unanswered = true;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        context.write(message, promise);
        if (message instanceof HttpResponse response && isInformational(response)) {
            return;
        }
        if (message instanceof LastHttpContent) {
            unanswered = false;
            if (!later.isEmpty()) {
                context.executor().execute(() -> passOn(context));
            }
        }
    }

    private static boolean isInformational(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    private void passOn(ChannelHandlerContext context) {
        while (!later.isEmpty() && !(unanswered && later.peek() instanceof HttpRequest)) {
            pass(context, later.remove());
        }
        if (later.isEmpty()) {
            context.channel().config().setAutoRead(true);
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        discard();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        discard();
    }

    private void discard() {
        for (Object message = later.poll(); message != null; message = later.poll()) {
            ReferenceCountUtil.release(message);
        }
    }
}
