package io.metastore.server.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections of HTTP/1.1, and streams of HTTP/2, on which a request does not come to its end, or none comes at all; an
 * answer may take as long as it needs. Sits behind the codec, and behind {@link OneRequestAtATime}.
 *
 * <p>States: READING, from the first byte expected, with a deadline that further bytes do not move; ANSWERING, without one;
 * then READING again, for as long as clients keep connections that they do not use.
 */
final class HttpDeadlines extends ChannelDuplexHandler {
    private static final long REQUEST_SECONDS = 30;
    private static final long IDLE_SECONDS = 300;

    private @Nullable Future<?> deadline;
    private boolean inRequest;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        start(context, REQUEST_SECONDS);
    }

    private void start(ChannelHandlerContext context, long seconds) {
        stop();
        deadline = context.executor().schedule(() -> context.close(), seconds, TimeUnit.SECONDS);
    }

    private void stop() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest && !inRequest) {
            inRequest = true;
            start(context, REQUEST_SECONDS);
        }
        if (message instanceof LastHttpContent) {
            inRequest = false;
            stop();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean interim = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        boolean switched = message instanceof HttpResponse response
                && response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
        if (switched || (message instanceof HttpResponse && !interim)) {
            stop(); // a request may go on while it is answered, for as long as both want
        }
        if (message instanceof LastHttpContent && !interim && !inRequest) {
            start(context, IDLE_SECONDS);
        }
        context.write(message, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }
}
