package io.metastore.server.grpc;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.server.config.KeepAlive;
import io.metastore.server.http.FirstBytes;
import io.metastore.server.http.HttpEndpoint;
import io.metastore.server.replication.LoopContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Listens for clients: gRPC, and plain HTTP on the same ports, on event loops of its own; and in process.
 *
 * <p>Handlers run directly on the event loop of their connection and must not block it.
 */
public final class GrpcServer implements AutoCloseable {
    private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;
    private static final int MAX_METADATA_BYTES = 16 << 10;
    private static final int MAX_RESETS_PER_WINDOW = 200;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_CALLS_PER_CONNECTION = Integer.MAX_VALUE;

    private final EventLoopGroup acceptLoop;
    private final EventLoopGroup loops;
    private final List<Server> servers;
    private final List<InetSocketAddress> addresses;

    private GrpcServer(
            EventLoopGroup acceptLoop, EventLoopGroup loops, List<Server> servers, List<InetSocketAddress> addresses) {
        this.acceptLoop = acceptLoop;
        this.loops = loops;
        this.servers = servers;
        this.addresses = List.copyOf(addresses);
    }

    /** What a server is made of. */
    public record Settings(
            String threadPrefix,
            List<InetSocketAddress> listen,
            String inProcessName,
            int eventLoops,
            int maxInboundMessageBytes,
            long maxConcurrentStreams,
            KeepAlive keepAlive,
            boolean reusePort) {}

    /**
     * Binds and serves.
     *
     * @throws IOException if an address cannot be bound; nothing is left open then
     */
    public static GrpcServer start(Settings settings, List<ServerServiceDefinition> services, HttpEndpoint http)
            throws IOException {
        boolean epoll = Epoll.isAvailable();
        int threads = settings.eventLoops() > 0
                ? settings.eventLoops()
                : Runtime.getRuntime().availableProcessors();
        EventLoopGroup acceptLoop = group(1, settings.threadPrefix() + "accept", epoll);
        EventLoopGroup loops = group(threads, settings.threadPrefix() + "grpc-io", epoll);
        for (EventExecutor loop : loops) {
            LoopContext.of((EventLoop) loop);
        }
        List<Server> servers = new ArrayList<>();
        GrpcServer server;
        try {
            List<InetSocketAddress> bound = new ArrayList<>();
            for (InetSocketAddress address : settings.listen()) {
                Server listener = listener(settings, address, services, http, acceptLoop, loops, epoll);
                listener.start();
                servers.add(listener);
                for (SocketAddress socket : listener.getListenSockets()) {
                    bound.add((InetSocketAddress) socket);
                }
            }
            servers.add(inProcess(settings, services).start());
            server = new GrpcServer(acceptLoop, loops, servers, bound);
        } catch (IOException | RuntimeException failure) {
            new GrpcServer(acceptLoop, loops, servers, List.of()).close();
            throw failure;
        }
        return server;
    }

    private static Server listener(
            Settings settings,
            InetSocketAddress address,
            List<ServerServiceDefinition> services,
            HttpEndpoint http,
            EventLoopGroup acceptLoop,
            EventLoopGroup loops,
            boolean epoll) {
        Supplier<ServerChannel> socket = epoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(acceptLoop)
                .workerEventLoopGroup(loops)
                .channelFactory(() -> {
                    ServerChannel channel = socket.get();
                    channel.pipeline().addLast(FirstBytes.acceptor(http));
                    return channel;
                })
                .directExecutor()
                .withOption(ChannelOption.SO_BACKLOG, 1024)
                .withChildOption(ChannelOption.TCP_NODELAY, true)
                .withChildOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(256 << 10, 1 << 20))
                .initialFlowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                .maxInboundMessageSize(settings.maxInboundMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(
                        (int) Math.min(settings.maxConcurrentStreams(), MAX_CALLS_PER_CONNECTION))
                .maxRstFramesPerWindow(MAX_RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
                // Go clients ping every 10 s and more; grpc-java's own default of five minutes would send them away.
                .permitKeepAliveTime(settings.keepAlive().minTime().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(nanosOrNever(settings.keepAlive().interval()), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(nanosOrNever(settings.keepAlive().timeout()), TimeUnit.NANOSECONDS)
                .fallbackHandlerRegistry(new UnknownMethods(services));
        if (settings.reusePort()) {
            builder.withOption(
                    epoll ? EpollChannelOption.SO_REUSEPORT : NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT),
                    true);
        }
        services.forEach(builder::addService);
        return builder.build();
    }

    /** gRPC takes a time of years for never. */
    private static long nanosOrNever(Duration time) {
        return time.isZero() ? Long.MAX_VALUE : time.toNanos();
    }

    private static Server inProcess(Settings settings, List<ServerServiceDefinition> services) {
        InProcessServerBuilder builder =
                InProcessServerBuilder.forName(settings.inProcessName()).directExecutor();
        services.forEach(builder::addService);
        return builder.build();
    }

    private static EventLoopGroup group(int threads, String name, boolean epoll) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), factory);
    }

    /** Where clients reach this server, with the ports that were really bound. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Stops accepting, ends what is running after a short grace, and frees ports and threads. */
    @Override
    public void close() {
        servers.forEach(Server::shutdown);
        try {
            for (Server server : servers) {
                if (!server.awaitTermination(200, TimeUnit.MILLISECONDS)) {
                    server.shutdownNow();
                    server.awaitTermination(2, TimeUnit.SECONDS);
                }
            }
        } catch (InterruptedException interrupted) {
            servers.forEach(Server::shutdownNow);
            Thread.currentThread().interrupt();
        }
        acceptLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
