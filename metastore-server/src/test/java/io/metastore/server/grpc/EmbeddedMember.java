package io.metastore.server.grpc;

import io.grpc.ManagedChannel;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.nio.file.Path;
import java.util.Map;

/** A member in this JVM, with a channel to it. */
final class EmbeddedMember implements AutoCloseable {
    private final MetaStoreServer server;
    private final ManagedChannel channel;

    private EmbeddedMember(MetaStoreServer server) {
        this.server = server;
        this.channel = server.channel();
    }

    static EmbeddedMember start(Path directory, StorageEngine engine) throws Exception {
        return start(directory, engine, Map.of());
    }

    static EmbeddedMember start(Path directory, StorageEngine engine, Map<Flag, String> options) throws Exception {
        MetaStoreServer.Builder builder =
                MetaStoreServer.builder().dataDir(directory).engine(engine);
        options.forEach(builder::option);
        return new EmbeddedMember(builder.build().start());
    }

    ManagedChannel channel() {
        return channel;
    }

    MetaStoreServer server() {
        return server;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
    }
}
