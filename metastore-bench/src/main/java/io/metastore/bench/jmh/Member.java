package io.metastore.bench.jmh;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A member in this JVM with a synced raft log, on a directory of its own, and channels to it. */
@State(Scope.Benchmark)
public class Member {
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    /** Where the state is kept: {@code rocksdb} or {@code memory}. The raft log is on disk, and synced, in both. */
    @Param({"rocksdb", "memory"})
    public String engine = "rocksdb";

    /** How calls get there: {@code loopback} (TCP), or {@code inprocess}, without sockets and frames. */
    @Param({"loopback", "inprocess"})
    public String transport = "loopback";

    /** Channels that the threads share. */
    @Param("1")
    public int connections = 1;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private Path directory;
    private MetaStoreServer server;

    @Setup(Level.Trial)
    public void start() throws IOException, StartException {
        directory = Scratch.newDirectory();
        server = MetaStoreServer.builder()
                .name("jmh")
                .dataDir(directory)
                .engine(StorageEngine.valueOf(engine.toUpperCase(Locale.ROOT)))
                // Else a long run with large values would measure how writes are refused.
                .option(Flag.QUOTA_BACKEND_BYTES, "-1")
                .build()
                .start();
        for (int i = 0; i < connections; i++) {
            channels.add(newChannel());
        }
    }

    private ManagedChannel newChannel() {
        return switch (transport) {
            case "inprocess" -> server.channel();
            case "loopback" ->
                NettyChannelBuilder.forTarget(server.clientEndpoints().get(0))
                        .usePlaintext()
                        .directExecutor()
                        .maxInboundMessageSize(MAX_ANSWER_BYTES)
                        .build();
            default -> throw new IllegalArgumentException("transport " + transport + ": inprocess or loopback");
        };
    }

    /** The channel of a thread: threads are dealt out to the connections in turn. */
    ManagedChannel channel(int thread) {
        return channels.get(thread % channels.size());
    }

    @TearDown(Level.Trial)
    public void stop() throws IOException {
        channels.forEach(ManagedChannel::shutdownNow);
        channels.clear();
        server.close();
        Scratch.delete(directory);
    }
}
