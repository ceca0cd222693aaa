package io.metastore.server.door;

import io.metastore.server.tls.ServerTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the first bytes of a connection who serves it: a TLS handshake first, then gRPC for HTTP/2, and the plain HTTP
 * endpoints for HTTP/1.1 and for what comes by HTTP/2 and TLS without being gRPC (etcd: server/embed/serve.go).
 *
 * <p>States: FRESH; then SECURING while hands are shaken, CHECKING while names are looked up, and SECURED after that, if the
 * first byte begins a handshake; then DECIDED, and the handler is gone. What is not served on its socket is closed. FRESH,
 * CHECKING and SECURED end by a deadline, SECURING by that of the handshake. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
public final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE_RECORD = 22;
    /** An HTTP/2 client begins with "PRI * HTTP/2.0"; no HTTP/1 method begins so. */
    private static final byte[] PREFACE_START = {'P', 'R', 'I', ' '};

    private static final long DECISION_TIMEOUT_SECONDS = 10;
    private static final int MAX_UNDECIDED_BYTES = 64 << 10;

    private enum State {
        FRESH,
        SECURING,
        CHECKING,
        SECURED,
        DECIDED
    }

    private final Offer offer;
    private final @Nullable Grpc grpc;
    private State state = State.FRESH;
    private ByteBuf received = Unpooled.EMPTY_BUFFER;
    private @Nullable FirstHeaders firstHeaders;
    private @Nullable SSLSession session;
    private @Nullable String commonName;
    private @Nullable ScheduledFuture<?> deadline;

    /**
     * What a socket serves besides gRPC.
     *
     * @param plain whether a connection may go without TLS
     * @param tls null if none may have it
     * @param http null if only gRPC is served
     * @param rejected told of connections that are closed for what they begin with
     */
    public record Offer(
            boolean plain,
            @Nullable ServerTls tls,
            @Nullable Http http,
            RejectedConnections rejected) {}

    /** Takes over a connection that speaks HTTP, behind whatever is in its pipeline. */
    public interface Http {
        void http1(Channel channel);

        void http2(Channel channel);
    }

    /** Takes over a connection that speaks gRPC. */
    public interface Grpc {
        /**
         * Puts gRPC's handlers in the place of the context's.
         *
         * @param session null without TLS
         * @param commonName of the client's verified certificate, null if there is none
         */
        void takeOver(ChannelHandlerContext context, @Nullable SSLSession session, @Nullable String commonName);
    }

    /** For one connection; {@code grpc} is null if the socket serves HTTP alone. */
    public FirstBytes(Offer offer, @Nullable Grpc grpc) {
        this.offer = offer;
        this.grpc = grpc;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        startDeadline(context);
    }

    private void startDeadline(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> context.close(), DECISION_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (state == State.DECIDED || !(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        received = received.isReadable() ? Unpooled.wrappedBuffer(received, bytes) : bytes;
        if (!received.isReadable()) {
            return;
        }
        if (state == State.CHECKING) {
            return;
        }
        if (state == State.FRESH && received.getByte(received.readerIndex()) == TLS_HANDSHAKE_RECORD) {
            secure(context);
        } else if (state == State.FRESH && !offer.plain()) {
            reject(context, "first record does not look like a TLS handshake");
        } else {
            decide(context);
        }
    }

    private void secure(ChannelHandlerContext context) {
        ServerTls tls = offer.tls();
        if (tls == null) {
            reject(context, "TLS is not served here");
            return;
        }
        state = State.SECURING;
        stopDeadline();
        SslHandler handler = tls.newHandler(context.alloc());
        context.pipeline().addBefore(context.name(), "tls", handler);
        ByteBuf handshake = received;
        received = Unpooled.EMPTY_BUFFER;
        try {
            handler.channelRead(context.pipeline().context(handler), handshake);
        } catch (Exception failure) {
            context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
            return;
        }
        SslHandler handler = context.pipeline().get(SslHandler.class);
        ServerTls tls = offer.tls();
        if (!completion.isSuccess() || tls == null) {
            reject(context, String.valueOf(completion.cause().getMessage()));
            return;
        }
        SSLSession made = handler.engine().getSession();
        try {
            commonName = tls.checkClient(made);
        } catch (CertificateException refusal) {
            reject(context, String.valueOf(refusal.getMessage()));
            return;
        }
        session = made;
        startDeadline(context);
        CompletableFuture<Void> address =
                tls.checkAddress(made, context.channel().remoteAddress());
        if (address.isDone() && !address.isCompletedExceptionally()) {
            state = State.SECURED;
            return;
        }
        state = State.CHECKING;
        // What the caller says meanwhile stays in its socket.
        context.channel().config().setAutoRead(false);
        address.whenCompleteAsync((done, refusal) -> checked(context, refusal), context.executor());
    }

    private void checked(ChannelHandlerContext context, @Nullable Throwable refusal) {
        if (context.isRemoved()) {
            return;
        }
        if (refusal != null) {
            Throwable cause = refusal.getCause();
            reject(context, String.valueOf((cause == null ? refusal : cause).getMessage()));
            return;
        }
        state = State.SECURED;
        stopDeadline();
        startDeadline(context);
        context.channel().config().setAutoRead(true);
        if (received.isReadable()) {
            decide(context);
        }
    }

    private void decide(ChannelHandlerContext context) {
        int known = Math.min(received.readableBytes(), PREFACE_START.length);
        boolean http2 = true;
        for (int i = 0; i < known; i++) {
            http2 &= received.getByte(received.readerIndex() + i) == PREFACE_START[i];
        }
        if (http2 && known < PREFACE_START.length) {
            return;
        }
        if (http2) {
            decideHttp2(context);
        } else if (offer.http() == null) {
            reject(context, "only gRPC is served here");
        } else {
            handOver(context, offer.http()::http1);
        }
    }

    private void decideHttp2(ChannelHandlerContext context) {
        if (grpc != null && (session == null || offer.http() == null)) {
            handOverToGrpc(context, grpc);
            return;
        }
        if (offer.http() == null || session == null) {
            reject(context, "gRPC is not served here");
            return;
        }
        if (grpc == null) {
            handOver(context, offer.http()::http2);
            return;
        }
        if (firstHeaders == null) {
            firstHeaders = new FirstHeaders();
            // Clients of gRPC wait for settings before they say anything that tells who they are.
            context.writeAndFlush(FirstHeaders.emptySettings());
        }
        switch (firstHeaders.read(received)) {
            case GRPC -> handOverToGrpc(context, grpc);
            case OTHER -> handOver(context, offer.http()::http2);
            case MALFORMED -> reject(context, "malformed HTTP/2");
            case UNKNOWN -> {
                if (received.readableBytes() > MAX_UNDECIDED_BYTES) {
                    reject(context, "too many bytes before the first request");
                }
            }
        }
    }

    private void handOverToGrpc(ChannelHandlerContext context, Grpc taker) {
        stopDeadline();
        state = State.DECIDED;
        ByteBuf bytes = received;
        received = Unpooled.EMPTY_BUFFER;
        taker.takeOver(context, session, commonName);
        context.fireChannelRead(bytes);
    }

    private void handOver(ChannelHandlerContext context, Consumer<Channel> taker) {
        stopDeadline();
        state = State.DECIDED;
        ByteBuf bytes = received;
        received = Unpooled.EMPTY_BUFFER;
        // What waits there for the outcome of gRPC's negotiation; gRPC learns of the end by the channel's close future.
        while (context.pipeline().last() != this) {
            context.pipeline().removeLast();
        }
        taker.accept(context.channel());
        context.fireChannelRead(bytes);
        context.pipeline().remove(this);
    }

    private void reject(ChannelHandlerContext context, String why) {
        SslHandler handler = context.pipeline().get(SslHandler.class);
        offer.rejected().rejected(context.channel(), handler, why);
        context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a failed handshake has been told by its event
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopDeadline();
        received.release();
        received = Unpooled.EMPTY_BUFFER;
    }
}
