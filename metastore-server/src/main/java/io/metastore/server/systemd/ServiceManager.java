package io.metastore.server.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service is, where systemd asks for it: a unit of {@code Type=notify} sets {@code NOTIFY_SOCKET}
 * (sd_notify(3)). Elsewhere, and where the message cannot be sent, nothing happens: the service runs as well without.
 *
 * <p>Through netty, since the JDK has no datagrams over Unix sockets. Thread-safe.
 */
public final class ServiceManager {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final long SEND_SECONDS = 2;

    private final Optional<String> socket;

    private ServiceManager(Optional<String> socket) {
        this.socket = socket;
    }

    public static ServiceManager of(Map<String, String> environment) {
        return new ServiceManager(Optional.ofNullable(environment.get(VARIABLE)).filter(name -> !name.isEmpty()));
    }

    /** Clients are served. */
    public void ready() {
        send("READY=1");
    }

    /** The service was asked to end and does so. */
    public void stopping() {
        send("STOPPING=1");
    }

    private void send(String state) {
        if (socket.isEmpty()) {
            return;
        }
        if (!Epoll.isAvailable()) {
            LOG.warn("the service manager is not told: no Unix datagrams here state={}", state);
            return;
        }
        // An @ stands for the zero byte with which the name of a socket outside of the file system begins.
        String name = socket.get().startsWith("@") ? "\0" + socket.get().substring(1) : socket.get();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("service-manager", true), EpollIoHandler.newFactory());
        try {
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(name))
                    .syncUninterruptibly()
                    .channel();
            ChannelFuture sent = channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8));
            if (!sent.awaitUninterruptibly(SEND_SECONDS, TimeUnit.SECONDS) || !sent.isSuccess()) {
                LOG.warn("the service manager is not told state={}", state, sent.cause());
            }
            channel.close().awaitUninterruptibly(SEND_SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException failure) {
            LOG.warn("the service manager is not told state={}", state, failure);
        } finally {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }
}
