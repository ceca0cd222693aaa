package io.metastore.testing;

import io.grpc.ManagedChannel;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A member, its channel and its directory, made and removed together. */
final class RunningTestMember implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final StorageEngine engine;
    private final Map<Flag, String> options;
    private final Path dataDir;
    private MetaStoreServer server;
    private ManagedChannel channel;

    private RunningTestMember(StorageEngine engine, Map<Flag, String> options, Path dataDir) throws StartException {
        this.engine = engine;
        this.options = options;
        this.dataDir = dataDir;
        this.server = server(0).start();
        this.channel = server.channel();
    }

    static RunningTestMember start(StorageEngine engine, Map<Flag, String> options) throws IOException, StartException {
        Path dataDir = Files.createTempDirectory("metastore-test");
        try {
            return new RunningTestMember(engine, options, dataDir);
        } catch (StartException | RuntimeException failure) {
            delete(dataDir);
            throw failure;
        }
    }

    private MetaStoreServer server(int port) {
        MetaStoreServer.Builder builder =
                MetaStoreServer.builder().dataDir(dataDir).engine(engine).clientAddress(LOOPBACK, port);
        options.forEach(builder::option);
        return builder.build();
    }

    void restart() throws StartException {
        int port = endpoints().get(0).getPort();
        stop();
        server = server(port).start();
        channel = server.channel();
    }

    MetaStoreServer server() {
        return server;
    }

    ManagedChannel channel() {
        return channel;
    }

    Path dataDir() {
        return dataDir;
    }

    List<URI> endpoints() {
        return server.clientEndpoints().stream()
                .map(endpoint -> URI.create("http://" + endpoint))
                .toList();
    }

    private void stop() {
        channel.shutdownNow();
        server.close();
    }

    @Override
    public void close() throws IOException {
        stop();
        delete(dataDir);
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException failure) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
