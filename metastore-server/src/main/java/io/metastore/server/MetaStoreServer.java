package io.metastore.server;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.metastore.raft.FatalHandler;
import io.metastore.server.config.ConfigException;
import io.metastore.server.config.Flag;
import io.metastore.server.config.Options;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.data.StartException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member, to be run by a process or inside another program.
 *
 * <p>NEW, then STARTED by {@link #start}, then for good CLOSED by {@link #close} or FAILED by a damaged or full disk. No
 * static state, no exit, no shutdown hook; after {@code close} no thread, port or native handle is left. Thread-safe.
 */
public final class MetaStoreServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetaStoreServer.class);

    private final ServerConfig config;
    private final FatalHandler onFatal;
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final AtomicBoolean removed = new AtomicBoolean();
    private @Nullable RunningMember member;

    private MetaStoreServer(ServerConfig config, FatalHandler onFatal) {
        this.config = config;
        this.onFatal = onFatal;
    }

    /**
     * A server of this configuration.
     *
     * @param onFatal told, on any thread, when the member cannot go on; it has then stopped answering
     */
    public static MetaStoreServer of(ServerConfig config, FatalHandler onFatal) {
        return new MetaStoreServer(config, onFatal);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts the member; returns when it serves.
     *
     * @throws StartException if it cannot, with a message for the operator; nothing is left open then
     */
    public synchronized MetaStoreServer start() throws StartException {
        if (member != null || terminated.isDone()) {
            throw new IllegalStateException("a server starts once");
        }
        member = RunningMember.start(config, this::failed, this::removed);
        return this;
    }

    private void failed(String what, Throwable cause) {
        LOG.error("member failed: {}", what, cause);
        terminated.completeExceptionally(cause);
        onFatal.fatal(what, cause);
    }

    /** The cluster has removed this member: it stops, a moment later, so that who asked for it hears of it. */
    private void removed() {
        if (!removed.compareAndSet(false, true)) {
            return;
        }
        LOG.warn("server error error=\"the member has been permanently removed from the cluster\"");
        LOG.warn("data-dir used by this member must be removed dir={}", config.dataDir());
        Thread stopping = new Thread(
                () -> {
                    try {
                        TimeUnit.SECONDS.sleep(1);
                    } catch (InterruptedException atOnce) {
                        Thread.currentThread().interrupt();
                    }
                    close();
                },
                "stop-removed");
        stopping.setDaemon(true);
        stopping.start();
    }

    /**
     * Where clients reach this member: {@code host:port}, with the real ports where 0 was asked for, or {@code unix://} and an
     * absolute path.
     */
    public List<String> clientEndpoints() {
        List<String> endpoints = new ArrayList<>();
        for (SocketAddress address : running().addresses()) {
            if (address instanceof UnixDomainSocketAddress file) {
                endpoints.add("unix://" + file.getPath().toAbsolutePath());
            } else if (address instanceof InetSocketAddress inet) {
                String host = inet.getAddress().getHostAddress();
                endpoints.add((host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort());
            }
        }
        return endpoints;
    }

    /** A gRPC channel to this member that opens no socket. The caller shuts it down. */
    public ManagedChannel channel() {
        return InProcessChannelBuilder.forName(running().inProcessName())
                .directExecutor()
                .build();
    }

    /** Completes when the member has stopped; exceptionally when it had to. */
    public CompletableFuture<Void> whenTerminated() {
        return terminated.copy();
    }

    void awaitTermination() {
        try {
            terminated.get();
        } catch (ExecutionException failed) {
            LOG.debug("ended by a failure", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized RunningMember running() {
        if (member == null) {
            throw new IllegalStateException("the server is not running");
        }
        return member;
    }

    @Override
    public synchronized void close() {
        if (member != null) {
            member.close();
            member = null;
        }
        terminated.complete(null);
    }

    /** Sets what an embedding program wants to be different from the defaults. */
    public static final class Builder {
        private final Map<Flag, String> options = new EnumMap<>(Flag.class);
        private FatalHandler onFatal = (what, cause) -> {};

        private Builder() {
            // Free ports: an embedded member must not collide with a server on the same machine.
            clientAddress("127.0.0.1", 0);
            options.put(Flag.LISTEN_PEER_URLS, "http://127.0.0.1:0");
        }

        public Builder name(String name) {
            return option(Flag.NAME, name);
        }

        public Builder dataDir(Path directory) {
            return option(Flag.DATA_DIR, directory.toString());
        }

        /** Where to listen; port 0 means any free one. */
        public Builder clientAddress(String host, int port) {
            String url = "http://" + host + ":" + port;
            return option(Flag.LISTEN_CLIENT_URLS, url).option(Flag.ADVERTISE_CLIENT_URLS, url);
        }

        public Builder engine(ServerConfig.StorageEngine engine) {
            return option(Flag.STORAGE_ENGINE, engine == ServerConfig.StorageEngine.MEMORY ? "memory" : "rocksdb");
        }

        /** Any option of the server by its flag. */
        public Builder option(Flag flag, String value) {
            options.put(flag, value);
            return this;
        }

        public Builder onFatal(FatalHandler handler) {
            this.onFatal = handler;
            return this;
        }

        /**
         * Checks what was set.
         *
         * @throws IllegalArgumentException naming all that is wrong
         */
        public MetaStoreServer build() {
            if (!options.containsKey(Flag.INITIAL_CLUSTER)) {
                // Ids are made of URLs and token: alone in its cluster, this member must not be taken for its
                // neighbour.
                options.putIfAbsent(Flag.INITIAL_CLUSTER_TOKEN, "embedded-" + UUID.randomUUID());
            }
            try {
                Options set = Options.of(options);
                MetaStoreServer server = of(ServerConfig.from(set), onFatal);
                set.warnings().forEach(LOG::warn);
                return server;
            } catch (ConfigException wrong) {
                throw new IllegalArgumentException(wrong.getMessage(), wrong);
            }
        }
    }
}
