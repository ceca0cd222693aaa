package io.metastore.server.gateway;

import io.grpc.Channel;
import io.metastore.server.audit.Origin;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;

/**
 * The JSON gateway. What it calls are this member's own services, over a channel in process, so that every check applies as
 * to any other client.
 */
public final class Gateway {
    /** As in requests over gRPC. */
    static final int MAX_MESSAGE_DEPTH = 300;
    /** Base64 of more does not fit a buffer. */
    static final int MAX_ANSWER_BYTES = 1 << 30;

    private final Parts parts;
    private final Routes routes = Routes.ofEtcd();

    /**
     * What a gateway is made of.
     *
     * @param member the way to the services
     * @param maxMessageBytes largest request message; a larger one is refused with grpc-go's text
     * @param maxBodyBytes what is held of a body that is no whole request yet
     * @param tellAddress whether the services want to know for whom it calls
     */
    record Parts(Channel member, int maxMessageBytes, int maxBodyBytes, boolean tellAddress) {
        /** The headers of a call for the client of this connection. */
        CallHeaders of(CallHeaders headers, SocketAddress client) {
            if (tellAddress) {
                Origin.tell(headers.metadata(), client, "gateway");
            }
            return headers;
        }
    }

    /**
     * A gateway to a member.
     *
     * @param member the way to its services
     * @param maxMessageBytes largest request message
     * @param transportLimitBytes largest message that is read whole, so that its refusal can tell its size
     * @param tellAddress whether the services want to know for whom it calls: where there is an audit log
     */
    public Gateway(Channel member, int maxMessageBytes, int transportLimitBytes, boolean tellAddress) {
        // Base64 makes four bytes of three.
        parts = new Parts(
                member,
                maxMessageBytes,
                (int) Math.min(Integer.MAX_VALUE / 2, transportLimitBytes * 3L / 2),
                tellAddress);
    }

    /** Serves the requests of one HTTP/1 connection below {@code /v3/}, and lets all others pass. */
    public ChannelHandler newHandler() {
        return new GatewayHandler(parts, routes);
    }
}
