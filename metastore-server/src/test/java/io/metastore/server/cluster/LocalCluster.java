package io.metastore.server.cluster;

import io.grpc.ManagedChannel;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Members of one cluster in this JVM, which talk to each other over loopback. */
final class LocalCluster implements AutoCloseable {

    static final Duration BOUND = Duration.ofSeconds(30);

    /** One member and a channel to it. */
    record LocalMember(String name, String peerUrl, MetaStoreServer server, ManagedChannel channel) {

        StatusResponse status() {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        }

        long id() {
            return status().getHeader().getMemberId();
        }

        boolean leads() {
            StatusResponse status = status();
            return status.getLeader() == status.getHeader().getMemberId();
        }

        void stop() {
            channel.shutdownNow();
            server.close();
        }
    }

    private final Path directory;
    private final Map<Flag, String> options;
    private final Map<String, String> peerUrls = new LinkedHashMap<>();
    /** What members failed of; a test that ends with anything in it has failed too. */
    final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private final Map<String, LocalMember> running = new LinkedHashMap<>();

    LocalCluster(Path directory, int size, Map<Flag, String> options) throws Exception {
        this.directory = directory;
        this.options = options;
        for (int i = 1; i <= size; i++) {
            newPeerUrl("m" + i);
        }
        List<CompletableFuture<LocalMember>> starting = new ArrayList<>();
        for (String name : peerUrls.keySet()) {
            starting.add(CompletableFuture.supplyAsync(
                    () -> start(name, "new", Map.of()), task -> new Thread(task).start()));
        }
        for (CompletableFuture<LocalMember> started : starting) {
            LocalMember member = started.get(60, TimeUnit.SECONDS);
            running.put(member.name(), member);
        }
    }

    /** Where a member will be reached that is to be added. */
    String newPeerUrl(String name) {
        String url = "http://127.0.0.1:" + FreePorts.next();
        peerUrls.put(name, url);
        return url;
    }

    LocalMember join(String name) {
        return join(name, Map.of());
    }

    LocalMember join(String name, Map<Flag, String> own) {
        LocalMember member = start(name, "existing", own);
        running.put(name, member);
        return member;
    }

    private LocalMember start(String name, String state, Map<Flag, String> own) {
        List<String> all = new ArrayList<>();
        peerUrls.forEach((member, url) -> all.add(member + "=" + url));
        MetaStoreServer.Builder builder = MetaStoreServer.builder()
                .name(name)
                .dataDir(directory.resolve(name))
                .onFatal((what, cause) -> failures.add(name + ": " + what + ": " + cause))
                .engine(StorageEngine.MEMORY)
                .option(Flag.UNSAFE_NO_FSYNC, "true")
                .option(Flag.HEARTBEAT_INTERVAL, "50")
                .option(Flag.ELECTION_TIMEOUT, "500")
                .option(Flag.LISTEN_PEER_URLS, peerUrls.get(name))
                .option(Flag.INITIAL_ADVERTISE_PEER_URLS, peerUrls.get(name))
                .option(Flag.INITIAL_CLUSTER, String.join(",", all))
                .option(Flag.INITIAL_CLUSTER_STATE, state);
        options.forEach(builder::option);
        own.forEach(builder::option);
        try {
            MetaStoreServer server = builder.build().start();
            return new LocalMember(name, peerUrls.get(name), server, server.channel());
        } catch (Exception e) {
            throw new AssertionError("cannot start " + name, e);
        }
    }

    Collection<LocalMember> members() {
        return running.values();
    }

    LocalMember awaitLeader() throws Exception {
        return Eventually.answer(
                BOUND,
                () -> members().stream().filter(LocalMember::leads).findFirst().orElseThrow());
    }

    LocalMember awaitFollower() throws Exception {
        LocalMember leader = awaitLeader();
        return members().stream().filter(member -> member != leader).findFirst().orElseThrow();
    }

    void stop(LocalMember member) {
        running.remove(member.name());
        member.stop();
    }

    @Override
    public void close() {
        running.values().forEach(LocalMember::stop);
    }
}
