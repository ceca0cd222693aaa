package io.metastore.server.gateway;

import io.grpc.Status;
import io.metastore.server.gateway.Routes.Route;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Turns the HTTP requests of a connection below {@code /v3/} into calls, one after another. Whoever is in front of it lets
 * the next request pass only when the one before is answered.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
final class GatewayHandler extends ChannelInboundHandlerAdapter {
    static final String PATH_PREFIX = "/v3/";

    private final Gateway.Parts parts;
    private final Routes routes;
    private boolean passing;
    private @Nullable GatewayCall call;
    private @Nullable HttpAnswer answer;
    private @Nullable Status refusal;
    /** A form's body was read in search of parameters. */
    private boolean bodyless;

    GatewayHandler(Gateway.Parts parts, Routes routes) {
        this.parts = parts;
        this.routes = routes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            passing = request.decoderResult().isFailure() || !isOurs(request);
        }
        if (passing || !(message instanceof HttpRequest || message instanceof HttpContent)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            if (message instanceof HttpRequest request) {
                if (WebSocketCalls.isUpgrade(request)) {
                    new WebSocketCalls(parts, routes).upgrade(context, request);
                    return;
                }
                begin(context, request);
            }
            if (message instanceof HttpContent content) {
                content(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private static boolean isOurs(HttpRequest request) {
        return request.uri().startsWith("/") && pathOf(request).startsWith(PATH_PREFIX);
    }

    static String pathOf(HttpRequest request) {
        // A number sign is a part of the path to Go.
        return new QueryStringDecoder(request.uri().replace("#", "%23")).path();
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (HttpUtil.is100ContinueExpected(request)) {
            context.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        call = null;
        refusal = null;
        HttpAnswer newAnswer = new HttpAnswer(context, request);
        answer = newAnswer;
        Route route = routes.at(pathOf(request));
        String override = CallHeaders.methodOverride(request.headers());
        boolean post = request.method().name().equals("POST");
        bodyless = post && override != null;
        if (route == null) {
            refusal = Status.NOT_FOUND.withDescription("Not Found");
        } else if (!post || !(override == null || override.equals("POST"))) {
            refusal = Status.UNIMPLEMENTED.withDescription("Method Not Allowed");
        } else {
            try {
                CallHeaders headers = parts.of(
                        CallHeaders.of(request.headers()), context.channel().remoteAddress());
                call = new GatewayCall(parts, route, headers, newAnswer, context.executor());
                call.start();
            } catch (JsonException malformed) {
                refusal = Status.INVALID_ARGUMENT.withDescription(malformed.getMessage());
            }
        }
    }

    private void content(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (call != null) {
            if (!bodyless && content.content().isReadable()) {
                call.body(content.content());
            }
            if (last) {
                call.bodyEnd();
            }
        } else if (last && refusal != null && answer != null) {
            GatewayCall.refuse(refusal, answer, answer.buffer(128));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (call != null) {
            call.writable();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (call != null) {
            call.cancel();
        }
        context.fireChannelInactive();
    }
}
