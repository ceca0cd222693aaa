package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.metastore.server.replication.LoopContext;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.MvccConfig;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.WriteTxn;
import io.metastore.storage.watch.WatchConfig;
import io.metastore.storage.watch.WatchHub;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A watch service over a small store, without raft: the test is the apply thread. */
final class WatchServerFixture implements AutoCloseable {
    final MvccStore store = MvccStore.open(new MemoryEngine(), MvccConfig.DEFAULT);
    final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    final WatchHub hub =
            WatchHub.start(store, WatchConfig.forHeap(1L << 30), task -> new Thread(task, "catch-up"), fatal::add);
    final AtomicBoolean leaderKnown = new AtomicBoolean(true);
    final LeaderMonitor monitor = new LeaderMonitor(leaderKnown::get);
    final WatchService service;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService shared = Executors.newSingleThreadExecutor();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(3, NioIoHandler.newFactory());
    private final Server inProcess;
    private final Server netty;
    private final String name = UUID.randomUUID().toString();
    private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();

    WatchServerFixture(WatchAccess access, Duration progressInterval, int maxMessageBytes) throws IOException {
        Headers headers = new Headers(0xc1, 0xab, () -> 7);
        service = new WatchService(new WatchService.Parts(
                hub,
                headers,
                access,
                monitor,
                () -> false,
                LoopContext.shared(shared),
                timer,
                progressInterval,
                maxMessageBytes,
                null));
        loops.forEach(loop -> LoopContext.of((EventLoop) loop));
        inProcess = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(service.definition())
                .build()
                .start();
        netty = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .channelType(NioServerSocketChannel.class)
                .directExecutor()
                .addService(service.definition())
                .build()
                .start();
    }

    WatchServerFixture() throws IOException {
        this(WatchAccess.OPEN, Duration.ofMinutes(10), 2 << 20);
    }

    ManagedChannel channel(boolean overNetwork) {
        ManagedChannel channel = overNetwork
                ? NettyChannelBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), netty.getPort()))
                        .eventLoopGroup(loops)
                        .channelType(NioSocketChannel.class)
                        .usePlaintext()
                        .flowControlWindow(64 << 10)
                        .build()
                : InProcessChannelBuilder.forName(name).build();
        channels.add(channel);
        return channel;
    }

    /** Writes one revision and tells the hub. */
    synchronized long put(String key, String value) {
        return commit(txn -> txn.put(Key.of(key), ByteString.copyFromUtf8(value), 0));
    }

    synchronized long delete(String key) {
        return commit(txn -> txn.deleteRange(KeyRange.ofKey(Key.of(key)), null));
    }

    private long commit(Consumer<WriteTxn> command) {
        WriteTxn writer = store.writer();
        writer.begin();
        command.accept(writer);
        writer.end();
        List<Change> changes = writer.commit();
        hub.published(store.currentRevision(), changes);
        return store.currentRevision();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        inProcess.shutdownNow();
        netty.shutdownNow();
        monitor.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
        hub.close();
        timer.shutdownNow();
        shared.shutdownNow();
        store.close();
    }
}
