package io.metastore.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.metastore.server.config.HttpAccess;
import io.metastore.server.door.FirstBytes;
import io.metastore.server.metrics.Metrics;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
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
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The plain HTTP side of a port: {@code /health}, {@code /livez}, {@code /readyz}, {@code /version}, {@code /metrics},
 * {@code /debug/vars} (etcd: server/etcdserver/api/etcdhttp), and our own {@link Reports}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
public final class HttpEndpoint implements FirstBytes.Http {
    private static final int MAX_BODY_BYTES = 2 << 20;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int MAX_LINE_BYTES = 4 << 10;
    private static final int MAX_CHUNK_BYTES = 8 << 10;
    private static final int MAX_STREAMS = 100;
    private static final int STREAM_WINDOW_BYTES = 1 << 20;

    private final Health health;
    private final Supplier<CompletableFuture<String>> metrics;
    /** Null where clients are not served. */
    private final @Nullable HttpAccess access;

    private final @Nullable Supplier<ChannelHandler> gateway;
    private final @Nullable Reports reports;

    private HttpEndpoint(
            Health health,
            Supplier<CompletableFuture<String>> metrics,
            @Nullable HttpAccess access,
            @Nullable Supplier<ChannelHandler> gateway,
            @Nullable Reports reports) {
        this.reports = reports;
        this.health = health;
        this.metrics = metrics;
        this.access = access;
        this.gateway = gateway;
    }

    /**
     * All that clients may ask for.
     *
     * @param gateway makes the handler of a connection that serves what is below {@code /v3/} and lets the rest pass
     * @param metrics their text; must not be made on the calling thread
     */
    public static HttpEndpoint ofClients(
            Health health,
            HttpAccess access,
            Supplier<ChannelHandler> gateway,
            Reports reports,
            Supplier<CompletableFuture<String>> metrics) {
        return new HttpEndpoint(health, metrics, access, gateway, reports);
    }

    /** Metrics and health alone, for {@code --listen-metrics-urls}. */
    public static HttpEndpoint ofMetrics(Health health, Supplier<CompletableFuture<String>> metrics) {
        return new HttpEndpoint(health, metrics, null, null, null);
    }

    @Override
    public void http1(Channel channel) {
        channel.pipeline()
                .addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES))
                .addLast(new OneRequestAtATime());
        serve(channel);
    }

    private void serve(Channel channel) {
        channel.pipeline().addLast(new HttpDeadlines());
        if (access != null && gateway != null) {
            channel.pipeline().addLast(new AccessController(access.corsOrigins(), access.hostWhitelist()));
            if (access.gateway()) {
                channel.pipeline().addLast(gateway.get());
            }
        }
        channel.pipeline().addLast(new HttpObjectAggregator(MAX_BODY_BYTES)).addLast(new RequestHandler());
    }

    @Override
    public void http2(Channel channel) {
        Http2Settings settings = Http2Settings.defaultSettings()
                .initialWindowSize(STREAM_WINDOW_BYTES)
                .maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(MAX_HEADER_BYTES);
        channel.pipeline()
                .addLast(Http2FrameCodecBuilder.forServer()
                        .initialSettings(settings)
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                        serve(stream);
                    }
                }));
    }

    private final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            if (request.decoderResult().isFailure()) {
                send(context, false, refusalOf(request.decoderResult().cause()));
                return;
            }
            QueryStringDecoder query = new QueryStringDecoder(request.uri());
            String path = query.path();
            if (path.equals("/metrics")) {
                metrics(context, keepAlive);
                return;
            }
            if (access != null && path.equals("/debug/vars")) {
                // Whatever the method, as with etcd.
                send(
                        context,
                        keepAlive,
                        text(HttpResponseStatus.OK, "application/json; charset=utf-8", DebugVars.json()));
                return;
            }
            if (reports != null
                    && path.startsWith(Reports.PATH_PREFIX)
                    && request.method().equals(HttpMethod.GET)) {
                String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION);
                report(context, keepAlive, reports.answer(path, query.parameters(), authorization));
                return;
            }
            Probe probe = Probe.at(path);
            if (probe == null && !path.equals("/health") && !(access != null && path.equals("/version"))) {
                send(context, keepAlive, error(HttpResponseStatus.NOT_FOUND, "404 page not found\n"));
            } else if (!request.method().equals(HttpMethod.GET)) {
                FullHttpResponse refusal = error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
                refusal.headers().set(HttpHeaderNames.ALLOW, "GET");
                send(context, keepAlive, refusal);
            } else if (probe != null) {
                probe(context, keepAlive, query, probe);
            } else if (path.equals("/health")) {
                health(context, keepAlive, query);
            } else {
                send(context, keepAlive, text(HttpResponseStatus.OK, "application/json", health.versionJson()));
            }
        }

        private void health(ChannelHandlerContext context, boolean keepAlive, QueryStringDecoder query) {
            List<String> serializable = query.parameters().getOrDefault("serializable", List.of("false"));
            health.check(excluded(query), serializable.get(0).equals("true")).thenAccept(reason -> {
                (reason.isEmpty() ? health.passed : health.failed).increment();
                FullHttpResponse response = reason.isEmpty()
                        ? text(HttpResponseStatus.OK, PLAIN, healthBody(true, ""))
                        : error(HttpResponseStatus.SERVICE_UNAVAILABLE, healthBody(false, reason) + "\n");
                context.executor().execute(() -> send(context, keepAlive, response));
            });
        }

        /** Whatever the method, as with etcd. */
        private void metrics(ChannelHandlerContext context, boolean keepAlive) {
            CompletableFuture<String> text;
            try {
                text = metrics.get();
            } catch (RejectedExecutionException busy) {
                send(context, keepAlive, error(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many requests\n"));
                return;
            }
            text.whenComplete((body, failure) -> {
                FullHttpResponse response = failure == null
                        ? text(HttpResponseStatus.OK, Metrics.CONTENT_TYPE, body)
                        : error(HttpResponseStatus.INTERNAL_SERVER_ERROR, failure + "\n");
                context.executor().execute(() -> send(context, keepAlive, response));
            });
        }

        private void report(
                ChannelHandlerContext context, boolean keepAlive, CompletableFuture<Reports.Answer> answer) {
            answer.thenAccept(made -> {
                FullHttpResponse response =
                        text(HttpResponseStatus.valueOf(made.status()), made.contentType(), made.body());
                context.executor().execute(() -> send(context, keepAlive, response));
            });
        }

        private void probe(ChannelHandlerContext context, boolean keepAlive, QueryStringDecoder query, Probe probe) {
            probe.run(health, excluded(query)).thenAccept(report -> {
                FullHttpResponse response;
                if (report.passed()) {
                    boolean verbose = query.parameters().containsKey("verbose");
                    response = text(HttpResponseStatus.OK, PLAIN, (verbose ? report.lines() : "") + "ok\n");
                    response.headers().set("X-Content-Type-Options", "nosniff");
                } else {
                    response = error(HttpResponseStatus.SERVICE_UNAVAILABLE, report.lines() + "\n");
                }
                context.executor().execute(() -> send(context, keepAlive, response));
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static Set<String> excluded(QueryStringDecoder query) {
        return query.parameters().getOrDefault("exclude", List.of()).stream()
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }

    private static String healthBody(boolean healthy, String reason) {
        return "{\"health\":\"%s\",\"reason\":\"%s\"}"
                .formatted(healthy, reason.replace("\\", "\\\\").replace("\"", "\\\""));
    }

    /** In Go's words (net/http: server.go). */
    private static FullHttpResponse refusalOf(Throwable malformed) {
        boolean tooLarge =
                malformed instanceof TooLongHttpHeaderException || malformed instanceof TooLongHttpLineException;
        return tooLarge
                ? text(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, PLAIN, "431 Request Header Fields Too Large")
                : text(HttpResponseStatus.BAD_REQUEST, PLAIN, "400 Bad Request");
    }

    private static final String PLAIN = "text/plain; charset=utf-8";

    private static FullHttpResponse error(HttpResponseStatus status, String body) {
        FullHttpResponse response = text(status, PLAIN, body);
        response.headers().set("X-Content-Type-Options", "nosniff");
        return response;
    }

    private static FullHttpResponse text(HttpResponseStatus status, @Nullable String contentType, String body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        if (contentType != null) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        return response;
    }

    private void send(ChannelHandlerContext context, boolean keepAlive, FullHttpResponse response) {
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }
}
