package io.metastore.server.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The connections that listening sockets have accepted, so that all can be cut at a stop. What clients then still wait for fails
 * as unavailable, which they try elsewhere; gRPC's own way would end those calls as cancelled, which they do not.
 */
@Sharable
final class AcceptedConnections extends ChannelInboundHandlerAdapter {
    private final ChannelGroup open = new DefaultChannelGroup("connections", ImmediateEventExecutor.INSTANCE);

    @Override
    public void channelRead(ChannelHandlerContext listener, Object accepted) {
        open.add((Channel) accepted);
        listener.fireChannelRead(accepted);
    }

    /** Returns when all are closed, or after a second. */
    void cut() {
        for (Channel connection : open) {
            ChannelHandlerContext outermost = connection.pipeline().firstContext();
            if (outermost == null) {
                connection.close();
            } else {
                // Past all handlers, which would say goodbye and wait.
                outermost.close();
            }
        }
        open.newCloseFuture().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
}
