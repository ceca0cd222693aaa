package io.metastore.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every HTTP request meets first (etcd: accessController in server/embed/serve.go): the old prefix of the gateway, the
 * list of names by which the server may be addressed without TLS, and who may call it from a browser.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
final class AccessController extends ChannelDuplexHandler {
    private static final String OLD_PREFIX = "/v3beta/";
    private static final String ANY = "*";
    private static final String UNKNOWN_HOST = """

            etcd received your request, but the Host header was unrecognized.

            To fix this, choose one of the following options:
            - Enable TLS, then any HTTPS request will be allowed.
            - Add the hostname you want to use to the whitelist in settings.
              - e.g. etcd --host-whitelist %s

            This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).

            """;

    private final Set<String> origins;
    private final Set<String> hosts;
    private @Nullable String origin;
    private boolean swallowing;

    /**
     * @param origins that may call from a browser; empty or with an asterisk: all
     * @param hosts by which the server may be addressed; likewise
     */
    AccessController(Set<String> origins, Set<String> hosts) {
        this.origins = origins;
        this.hosts = hosts;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            FullHttpResponse answer = answerTo(context, request);
            swallowing = answer != null;
            if (answer != null) {
                send(context, request, answer);
            }
        }
        if (swallowing && (message instanceof HttpRequest || message instanceof HttpContent)) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Null if the request may go on. */
    private @Nullable FullHttpResponse answerTo(ChannelHandlerContext context, HttpRequest request) {
        origin = null;
        if (request.decoderResult().isFailure()) {
            return null;
        }
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (host == null && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            FullHttpResponse refusal =
                    text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request: missing required Host header");
            HttpUtil.setKeepAlive(refusal, false);
            return refusal;
        }
        if (request.uri().startsWith(OLD_PREFIX)) {
            request.setUri("/v3/" + request.uri().substring(OLD_PREFIX.length()));
        }
        String path = pathOf(request.uri());
        if (!isWellFormed(path)) {
            return text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request");
        }
        String name = nameOf(host == null ? "" : host);
        if (context.pipeline().get(SslHandler.class) == null && !allows(hosts, name)) {
            FullHttpResponse refusal = text(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    UNKNOWN_HOST.formatted('"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
            refusal.headers().set("X-Content-Type-Options", "nosniff");
            return refusal;
        }
        origin = allowedOrigin(request.headers());
        if (request.method().equals(HttpMethod.OPTIONS)) {
            return new DefaultFullHttpResponse(request.protocolVersion(), HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        }
        String clean = CleanPath.of(path);
        return clean.equals(path)
                ? null
                : redirect(request, clean + request.uri().substring(path.length()));
    }

    private static String pathOf(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isWellFormed(String path) {
        for (int at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
            if (at + 2 >= path.length()
                    || Character.digit(path.charAt(at + 1), 16) < 0
                    || Character.digit(path.charAt(at + 2), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static FullHttpResponse redirect(HttpRequest request, String target) {
        boolean page =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        String link = target.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
        FullHttpResponse response = text(
                HttpResponseStatus.TEMPORARY_REDIRECT,
                page ? "<a href=\"%s\">Temporary Redirect</a>.\n\n".formatted(link) : "");
        response.headers().set(HttpHeaderNames.LOCATION, target);
        if (page) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        } else {
            response.headers().remove(HttpHeaderNames.CONTENT_TYPE);
        }
        return response;
    }

    private @Nullable String allowedOrigin(HttpHeaders headers) {
        if (allows(origins, ANY)) {
            return ANY;
        }
        String from = headers.get(HttpHeaderNames.ORIGIN, "");
        return allows(origins, from) ? from : null;
    }

    private static boolean allows(Set<String> list, String name) {
        return list.isEmpty() || list.contains(ANY) || list.contains(name);
    }

    /** Without the port (Go: net.SplitHostPort); what is no host and port counts as it is. */
    static String nameOf(String host) {
        int colon = host.lastIndexOf(':');
        boolean bracketed = host.startsWith("[");
        int end = bracketed ? host.indexOf(']') : colon;
        boolean split = bracketed ? end == colon - 1 : host.indexOf(':') == colon;
        if (colon < 0 || end < 0 || !split) {
            return host;
        }
        return bracketed ? host.substring(1, end) : host.substring(0, colon);
    }

    private static FullHttpResponse text(HttpResponseStatus status, String body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(body, UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        return response;
    }

    private void send(ChannelHandlerContext context, HttpRequest request, FullHttpResponse response) {
        boolean keepAlive = HttpUtil.isKeepAlive(request) && HttpUtil.isKeepAlive(response);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        allow(response);
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && !response.status().equals(HttpResponseStatus.CONTINUE)) {
            allow(response);
        }
        context.write(message, promise);
    }

    private void allow(HttpResponse response) {
        if (origin != null) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
        }
    }
}
