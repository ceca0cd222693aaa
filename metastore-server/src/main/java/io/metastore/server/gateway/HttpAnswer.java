package io.metastore.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The answer to a request over HTTP/1: a body with a length, or a chunk for each line. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
final class HttpAnswer implements AnswerSink {
    private final ChannelHandlerContext context;
    private final HttpVersion version;
    private final boolean keepAlive;
    private final boolean trailers;
    private boolean begun;
    private boolean flushing;

    HttpAnswer(ChannelHandlerContext context, HttpRequest request) {
        this.context = context;
        version = request.protocolVersion();
        keepAlive = HttpUtil.isKeepAlive(request);
        String accepted = request.headers().get(HttpHeaderNames.TE);
        trailers = accepted != null && accepted.toLowerCase(Locale.ROOT).contains("trailers");
    }

    @Override
    public ByteBuf buffer(int bytes) {
        return context.alloc().buffer(bytes);
    }

    @Override
    public void whole(int httpStatus, ByteBuf json, boolean fromService, @Nullable String authenticate) {
        FullHttpResponse response = new DefaultFullHttpResponse(version, status(httpStatus), json);
        contentType(response, fromService);
        if (authenticate != null) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, authenticate);
        }
        if (trailers && fromService && isChunkable()) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else {
            HttpUtil.setContentLength(response, json.readableBytes());
        }
        HttpUtil.setKeepAlive(response, keepAlive);
        write(response, !keepAlive);
    }

    @Override
    public void line(int httpStatus, ByteBuf json, boolean fromService) {
        begin(httpStatus, true, fromService);
        write(new DefaultHttpContent(json), false);
    }

    @Override
    public void end() {
        begin(HttpStatus.OK, false, false);
        write(LastHttpContent.EMPTY_LAST_CONTENT, !keepAlive || !isChunkable());
    }

    @Override
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    @Override
    public void read(boolean on) {
        context.channel().config().setAutoRead(on);
    }

    private void begin(int httpStatus, boolean content, boolean fromService) {
        if (begun) {
            return;
        }
        begun = true;
        HttpResponse response = new DefaultHttpResponse(version, status(httpStatus));
        if (content) {
            contentType(response, fromService);
        }
        if (isChunkable()) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        HttpUtil.setKeepAlive(response, keepAlive && isChunkable());
        write(response, false);
    }

    /** HTTP/1.0 has no chunks: a stream ends with its connection. */
    private boolean isChunkable() {
        return version.equals(HttpVersion.HTTP_1_1);
    }

    private static void contentType(HttpResponse response, boolean fromService) {
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        if (fromService) {
            response.headers().set("Grpc-Metadata-Content-Type", "application/grpc");
        }
    }

    /** Go knows no name for the status of what the client has cancelled. */
    private static HttpResponseStatus status(int httpStatus) {
        return httpStatus == 499
                ? new HttpResponseStatus(httpStatus, "status code 499")
                : HttpResponseStatus.valueOf(httpStatus);
    }

    /** What comes together leaves in one flush. */
    private void write(Object message, boolean last) {
        var written = context.write(message);
        if (last) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        if (!flushing) {
            flushing = true;
            context.executor().execute(() -> {
                flushing = false;
                context.flush();
            });
        }
    }
}
