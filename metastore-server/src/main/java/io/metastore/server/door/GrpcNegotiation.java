package io.metastore.server.door;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.metastore.server.audit.Origin;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AsciiString;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Lets gRPC have those connections that turn out to be its. The interface is the one by which gRPC's own modules bring their
 * ways of securing connections; it is not promised to stay, and nothing else lets a port be shared without pretending to
 * gRPC that it has a connection.
 */
public final class GrpcNegotiation implements InternalProtocolNegotiator.ProtocolNegotiator {
    /** The common name of a client's verified certificate. */
    public static final Attributes.Key<String> COMMON_NAME = Attributes.Key.create("metastore-common-name");

    private final FirstBytes.Offer offer;

    public GrpcNegotiation(FirstBytes.Offer offer) {
        this.offer = offer;
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
        return new FirstBytes(offer, (context, session, commonName) -> takeOver(handler, context, session, commonName));
    }

    private static void takeOver(
            GrpcHttp2ConnectionHandler handler,
            ChannelHandlerContext context,
            @Nullable SSLSession session,
            @Nullable String commonName) {
        Channel channel = context.channel();
        Attributes.Builder attributes = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, channel.remoteAddress())
                .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, channel.localAddress())
                .set(Origin.OF_CONNECTION, Origin.ofConnection(channel.remoteAddress(), commonName));
        if (session != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
        }
        if (commonName != null) {
            attributes.set(COMMON_NAME, commonName);
        }
        channel.pipeline().replace(context.name(), null, handler);
        handler.handleProtocolNegotiationCompleted(attributes.build(), null);
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of("http");
    }

    @Override
    public void close() {}
}
