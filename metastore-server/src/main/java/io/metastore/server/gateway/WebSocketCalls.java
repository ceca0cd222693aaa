package io.metastore.server.gateway;

import io.grpc.Status;
import io.metastore.server.gateway.Routes.Route;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A call over a WebSocket: each message is a request, each line of the answer a message (etcd uses
 * tmc/grpc-websocket-proxy). A token comes in the protocol, {@code Bearer, <token>}, or in the cookie {@code token}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
final class WebSocketCalls extends ChannelInboundHandlerAdapter implements AnswerSink {
    private static final String BEARER = "Bearer";

    private final Gateway.Parts parts;
    private final Routes routes;
    private @Nullable ChannelHandlerContext context;
    private @Nullable GatewayCall call;

    WebSocketCalls(Gateway.Parts parts, Routes routes) {
        this.parts = parts;
        this.routes = routes;
    }

    static boolean isUpgrade(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    /** Makes the connection a WebSocket: this handler becomes its last one. */
    void upgrade(ChannelHandlerContext http, HttpRequest request) {
        DefaultFullHttpRequest full = new DefaultFullHttpRequest(
                request.protocolVersion(), request.method(), request.uri(), Unpooled.EMPTY_BUFFER);
        full.headers().set(request.headers());
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(null, BEARER, false, parts.maxBodyBytes()).newHandshaker(full);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(http.channel());
            return;
        }
        Route route = routes.at(GatewayHandler.pathOf(request));
        CallHeaders headers = parts.of(
                CallHeaders.ofToken(authorization(request)), http.channel().remoteAddress());
        ChannelPipeline pipeline = http.pipeline();
        handshaker.handshake(http.channel(), full).addListener(done -> {
            if (!done.isSuccess()) {
                http.close();
                return;
            }
            while (!isOfWebSocket(pipeline.last())) {
                pipeline.removeLast();
            }
            pipeline.addLast(this);
            begin(pipeline.context(this), route, headers);
        });
    }

    private static boolean isOfWebSocket(ChannelHandler handler) {
        return handler.getClass().getPackageName().startsWith("io.netty.handler.codec.http.websocketx");
    }

    private void begin(ChannelHandlerContext mine, @Nullable Route route, CallHeaders headers) {
        context = mine;
        if (route == null) {
            GatewayCall.refuse(Status.NOT_FOUND.withDescription("Not Found"), this, buffer(128));
            return;
        }
        call = new GatewayCall(parts, route, headers, this, mine.executor());
        call.start();
    }

    private static @Nullable String authorization(HttpRequest request) {
        String cookies = request.headers().get(HttpHeaderNames.COOKIE);
        if (cookies != null) {
            for (Cookie cookie : ServerCookieDecoder.LAX.decode(cookies)) {
                if (cookie.name().equals("token")) {
                    return BEARER + " " + cookie.value();
                }
            }
        }
        String protocol = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        int at = protocol == null ? -1 : protocol.indexOf(BEARER + ",");
        return protocol == null || at < 0
                ? null
                : BEARER + " " + protocol.substring(at + BEARER.length() + 1).trim();
    }

    @Override
    public void channelRead(ChannelHandlerContext mine, Object message) {
        try {
            if (message instanceof PingWebSocketFrame ping) {
                mine.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            } else if (message instanceof CloseWebSocketFrame) {
                gone();
                mine.close();
            } else if (call != null && isData(message)) {
                frame(call, (WebSocketFrame) message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private static boolean isData(Object message) {
        return message instanceof TextWebSocketFrame
                || message instanceof BinaryWebSocketFrame
                || message instanceof ContinuationWebSocketFrame;
    }

    private static void frame(GatewayCall call, WebSocketFrame frame) {
        call.body(frame.content());
        if (frame.isFinalFragment()) {
            call.body(Unpooled.wrappedBuffer(new byte[] {'\n'}));
            call.frameEnd();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext mine) {
        if (call != null) {
            call.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext mine) {
        gone();
    }

    private void gone() {
        if (call != null) {
            call.cancel();
        }
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("no WebSocket yet");
        }
        return context;
    }

    // ---- the answer

    @Override
    public ByteBuf buffer(int bytes) {
        return context().alloc().buffer(bytes);
    }

    @Override
    public void whole(int httpStatus, ByteBuf json, boolean fromService, @Nullable String authenticate) {
        context().write(new TextWebSocketFrame(json));
        end();
    }

    @Override
    public void line(int httpStatus, ByteBuf json, boolean fromService) {
        json.writerIndex(json.writerIndex() - 1); // the newline
        context().writeAndFlush(new TextWebSocketFrame(json));
    }

    @Override
    public void end() {
        context()
                .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public void read(boolean on) {
        context().channel().config().setAutoRead(on);
    }
}
