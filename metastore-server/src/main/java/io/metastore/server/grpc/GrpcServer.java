package io.metastore.server.grpc;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.server.config.KeepAlive;
import io.metastore.server.config.Listener;
import io.metastore.server.door.FirstBytes;
import io.metastore.server.door.GrpcNegotiation;
import io.metastore.server.door.RejectedConnections;
import io.metastore.server.replication.LoopContext;
import io.metastore.server.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for clients: gRPC, and plain HTTP on the same ports, on event loops of its own; and in process.
 *
 * <p>Handlers run directly on the event loop of their connection and must not block it.
 */
public final class GrpcServer implements AutoCloseable {
    private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;
    private static final int MAX_METADATA_BYTES = 16 << 10;
    /**
     * A client that gives up calls resets their streams, some hundred a second of them under load, and etcd bears it. A flood
     * has a hundred times that.
     */
    private static final int MAX_RESETS_PER_WINDOW = 20_000;

    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_CALLS_PER_CONNECTION = Integer.MAX_VALUE;

    private final EventLoopGroup acceptLoop;
    private final EventLoopGroup loops;
    private final List<Server> servers;
    private final List<Channel> httpPorts;
    private final AcceptedConnections connections;
    private final List<SocketAddress> addresses;

    private GrpcServer(
            EventLoopGroup acceptLoop,
            EventLoopGroup loops,
            List<Server> servers,
            List<Channel> httpPorts,
            AcceptedConnections connections,
            List<SocketAddress> addresses) {
        this.acceptLoop = acceptLoop;
        this.loops = loops;
        this.servers = servers;
        this.httpPorts = httpPorts;
        this.connections = connections;
        this.addresses = List.copyOf(addresses);
    }

    /** What a server is made of. */
    public record Settings(
            String threadPrefix,
            List<Listener> listen,
            String inProcessName,
            int eventLoops,
            int maxInboundMessageBytes,
            long maxConcurrentStreams,
            KeepAlive keepAlive,
            boolean reusePort) {}

    /**
     * What is served beside gRPC.
     *
     * @param tls null if no listener has it
     * @param http for listeners of clients
     * @param metrics for listeners of metrics
     */
    public record Front(@Nullable ServerTls tls, FirstBytes.Http http, FirstBytes.Http metrics) {}

    /**
     * Binds and serves.
     *
     * @throws IOException if an address cannot be bound; nothing is left open then
     */
    public static GrpcServer start(Settings settings, List<ServerServiceDefinition> services, Front front)
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
        List<Channel> httpPorts = new ArrayList<>();
        AcceptedConnections connections = new AcceptedConnections();
        Sockets sockets = new Sockets(acceptLoop, loops, connections);
        GrpcServer server;
        try {
            List<SocketAddress> bound = new ArrayList<>();
            RejectedConnections rejected = new RejectedConnections("client");
            for (Listener listen : settings.listen()) {
                FirstBytes.Offer offer = offer(listen, front, rejected);
                ListenSocket socket = ListenSocket.of(listen.address(), epoll);
                socket.free();
                if (!listen.traffic().hasGrpc()) {
                    httpPorts.add(httpPort(settings, socket, offer, sockets));
                    continue;
                }
                Server listener = listener(settings, socket, services, offer, sockets);
                listener.start();
                servers.add(listener);
                listener.getListenSockets().forEach(address -> bound.add(socket.bound(address)));
            }
            servers.add(inProcess(settings, services).start());
            server = new GrpcServer(acceptLoop, loops, servers, httpPorts, connections, bound);
        } catch (IOException | RuntimeException failure) {
            new GrpcServer(acceptLoop, loops, servers, httpPorts, connections, List.of()).close();
            throw failure;
        }
        return server;
    }

    private static Server listener(
            Settings settings,
            ListenSocket socket,
            List<ServerServiceDefinition> services,
            FirstBytes.Offer offer,
            Sockets sockets) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        socket.address(), InternalNettyServerCredentials.create(new GrpcNegotiation(offer)))
                .bossEventLoopGroup(sockets.acceptLoop)
                .workerEventLoopGroup(sockets.loops)
                .channelFactory(sockets.channels(socket))
                // FirstBytes has deadlines of its own; a connection that turns out to be HTTP never is ready for gRPC.
                .handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS)
                .directExecutor()
                .withOption(ChannelOption.SO_BACKLOG, 1024)
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
        if (socket.isPort()) {
            builder.withChildOption(ChannelOption.TCP_NODELAY, true);
        }
        if (settings.reusePort() && socket.isPort()) {
            builder.withOption(socket.reusePort(), true);
        }
        services.forEach(builder::addService);
        return builder.build();
    }

    /** gRPC takes a time of years for never. */
    private static long nanosOrNever(Duration time) {
        return time.isZero() ? Long.MAX_VALUE : time.toNanos();
    }

    private static FirstBytes.Offer offer(Listener listen, Front front, RejectedConnections rejected) {
        FirstBytes.@Nullable Http http = null;
        if (listen.traffic().hasHttp()) {
            http = listen.traffic() == Listener.Traffic.METRICS ? front.metrics() : front.http();
        }
        return new FirstBytes.Offer(listen.plain(), listen.tls() ? front.tls() : null, http, rejected);
    }

    private static Channel httpPort(Settings settings, ListenSocket socket, FirstBytes.Offer offer, Sockets sockets)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(sockets.acceptLoop, sockets.loops)
                .channelFactory(sockets.channels(socket))
                .option(ChannelOption.SO_BACKLOG, 128)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new FirstBytes(offer, null));
                    }
                });
        if (socket.isPort()) {
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
        }
        if (settings.reusePort() && socket.isPort()) {
            bootstrap.option(socket.reusePort(), true);
        }
        ChannelFuture bound = bootstrap.bind(socket.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("Failed to bind to address " + socket.address(), bound.cause());
        }
        return bound.channel();
    }

    /** What all sockets that listen share. */
    private record Sockets(EventLoopGroup acceptLoop, EventLoopGroup loops, AcceptedConnections connections) {
        ChannelFactory<ServerChannel> channels(ListenSocket socket) {
            return () -> {
                ServerChannel channel = socket.channels().newChannel();
                channel.pipeline().addLast(connections);
                return channel;
            };
        }
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

    /** Where clients reach this server, with the ports that were really bound: of ports, and of Unix domain sockets. */
    public List<SocketAddress> addresses() {
        return addresses;
    }

    /** Stops accepting, ends what is running after a short grace, and frees ports and threads. */
    @Override
    public void close() {
        httpPorts.forEach(port -> port.close().awaitUninterruptibly());
        servers.forEach(Server::shutdown);
        try {
            for (Server server : servers) {
                if (!server.awaitTermination(200, TimeUnit.MILLISECONDS)) {
                    connections.cut();
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
