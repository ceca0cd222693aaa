package io.metastore.bench.http2;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The client's one event loop, and the connections on it. */
public final class LoadClient implements AutoCloseable {
    /** So large that a server never waits for us to read. */
    public static final int LARGE_WINDOW_BYTES = 1 << 30;

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;

    public LoadClient() {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("load", true), io);
        loop = group.next();
    }

    public List<Http2Connection> connect(Endpoint endpoint, Access access, int count) {
        return connect(endpoint, access, count, LARGE_WINDOW_BYTES);
    }

    /** Opens connections, and returns once the server's settings are known on each. */
    public List<Http2Connection> connect(Endpoint endpoint, Access access, int count, int windowBytes) {
        List<Http2Connection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Http2Connection connection = new Http2Connection(endpoint.toString(), access, windowBytes);
            connections.add(open(endpoint, access, connection, connection.ready()));
        }
        return connections;
    }

    /**
     * Opens one connection for the handler, and returns what it completes {@code ready} with.
     *
     * @param ready fails here if the connection fails before the handler can know of it
     */
    public <T> T open(Endpoint endpoint, Access access, ChannelHandler handler, CompletableFuture<T> ready) {
        SslContext tls = access.tls();
        var unused = new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) LIMIT.toMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline()
                                    .addLast(tls.newHandler(channel.alloc(), endpoint.host(), endpoint.port()));
                        }
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(endpoint.host(), endpoint.port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        ready.completeExceptionally(connected.cause());
                    }
                });
        return get(ready, LIMIT);
    }

    /** Runs it on the event loop and waits for what it returns. */
    public <T> T call(Callable<T> task) {
        return get(loop.submit(task), LIMIT);
    }

    public void run(Runnable task) {
        get(loop.submit(task), LIMIT);
    }

    /** Runs it on the event loop some time later; for the event loop. */
    public void schedule(Runnable task, long delayNanos) {
        var unused = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    public void close(List<Http2Connection> connections) {
        run(() -> connections.forEach(Http2Connection::close));
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, LIMIT.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(LIMIT.toMillis());
    }

    private static <T> T get(Future<T> future, Duration limit) {
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
