package io.metastore.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.metastore.server.config.HttpAccess;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The HTTP/1.1 side of the client port: {@code /health} and {@code /version} (etcd: server/etcdserver/api/etcdhttp). */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
public final class HttpEndpoint implements Consumer<Channel> {
    private static final int MAX_BODY_BYTES = 2 << 20;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int MAX_LINE_BYTES = 4 << 10;
    private static final int MAX_CHUNK_BYTES = 8 << 10;
    private static final int READ_TIMEOUT_SECONDS = 30;

    private final HealthCheck health;
    private final VersionInfo version;
    private final HttpAccess access;
    private final Supplier<ChannelHandler> gateway;

    /**
     * @param gateway makes the handler of a connection that serves what is below {@code /v3/} and lets the rest pass
     */
    public HttpEndpoint(HealthCheck health, VersionInfo version, HttpAccess access, Supplier<ChannelHandler> gateway) {
        this.health = health;
        this.version = version;
        this.access = access;
        this.gateway = gateway;
    }

    /** What {@code /version} tells. */
    public interface VersionInfo {
        String serverVersion();

        String clusterVersion();

        String storageVersion();
    }

    /** What {@code /health} asks; completes with the reason why the member is not healthy, or with an empty text. */
    public interface HealthCheck {
        CompletableFuture<String> check(Set<String> excludedAlarms, boolean serializable);
    }

    /** Takes over a fresh connection that speaks HTTP/1. */
    @Override
    public void accept(Channel channel) {
        OneRequestAtATime requests = new OneRequestAtATime();
        channel.pipeline()
                .addLast(requests.idleTimeout(READ_TIMEOUT_SECONDS))
                .addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES))
                .addLast(requests)
                .addLast(new AccessController(access.corsOrigins(), access.hostWhitelist()));
        if (access.gateway()) {
            channel.pipeline().addLast(gateway.get());
        }
        channel.pipeline().addLast(new HttpObjectAggregator(MAX_BODY_BYTES)).addLast(new RequestHandler());
    }

    private final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            if (request.decoderResult().isFailure()) {
                send(context, false, text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request"));
                return;
            }
            QueryStringDecoder query = new QueryStringDecoder(request.uri());
            switch (query.path()) {
                case "/version" -> {
                    if (isGet(context, keepAlive, request)) {
                        send(context, keepAlive, json(versionBody()));
                    }
                }
                case "/health" -> {
                    if (isGet(context, keepAlive, request)) {
                        health(context, keepAlive, query);
                    }
                }
                default -> send(context, keepAlive, text(HttpResponseStatus.NOT_FOUND, "404 page not found\n"));
            }
        }

        private boolean isGet(ChannelHandlerContext context, boolean keepAlive, FullHttpRequest request) {
            if (request.method().equals(HttpMethod.GET)) {
                return true;
            }
            FullHttpResponse refusal = text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
            refusal.headers().set(HttpHeaderNames.ALLOW, "GET");
            send(context, keepAlive, refusal);
            return false;
        }

        private void health(ChannelHandlerContext context, boolean keepAlive, QueryStringDecoder query) {
            Set<String> excluded = Set.copyOf(query.parameters().getOrDefault("exclude", List.of()));
            boolean serializable = query.parameters()
                    .getOrDefault("serializable", List.of("false"))
                    .contains("true");
            health.check(excluded, serializable).whenComplete((reason, failure) -> {
                String why = failure == null ? reason : "RANGE ERROR:" + failure.getMessage();
                FullHttpResponse response = why.isEmpty()
                        ? text(HttpResponseStatus.OK, healthBody(true, ""))
                        : text(HttpResponseStatus.SERVICE_UNAVAILABLE, healthBody(false, why) + "\n");
                context.executor().execute(() -> send(context, keepAlive, response));
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static String healthBody(boolean healthy, String reason) {
        return "{\"health\":\"%s\",\"reason\":\"%s\"}"
                .formatted(healthy, reason.replace("\\", "\\\\").replace("\"", "\\\""));
    }

    private String versionBody() {
        return "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
                .formatted(version.serverVersion(), version.clusterVersion(), version.storageVersion());
    }

    private static FullHttpResponse json(String body) {
        FullHttpResponse response = text(HttpResponseStatus.OK, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        return response;
    }

    private static FullHttpResponse text(HttpResponseStatus status, String body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        if (status.code() >= 400) {
            response.headers().set("X-Content-Type-Options", "nosniff");
        }
        return response;
    }

    private static void send(ChannelHandlerContext context, boolean keepAlive, FullHttpResponse response) {
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
