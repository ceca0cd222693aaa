package io.metastore.server;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program that embeds members is promised. */
@Timeout(120)
class EmbeddingTest {
    @TempDir
    Path directory;

    private MetaStoreServer.Builder builder(String name, StorageEngine engine) {
        return MetaStoreServer.builder()
                .name(name)
                .dataDir(directory.resolve(name))
                .engine(engine)
                .option(Flag.UNSAFE_NO_FSYNC, "true");
    }

    private static void put(MetaStoreServer server, String key, String value) {
        ManagedChannel channel = server.channel();
        var unused = KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder()
                        .setKey(copyFromUtf8(key))
                        .setValue(copyFromUtf8(value))
                        .build());
        channel.shutdownNow();
    }

    private static String get(MetaStoreServer server, String key) {
        ManagedChannel channel = server.channel();
        try {
            return KVGrpc.newBlockingStub(channel)
                    .range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build())
                    .getKvs(0)
                    .getValue()
                    .toStringUtf8();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void severalMembersOfOneJvmDoNotMeet() throws Exception {
        List<MetaStoreServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                MetaStoreServer server = builder("n" + i, i == 0 ? StorageEngine.ROCKSDB : StorageEngine.MEMORY)
                        .build();
                servers.add(server.start());
                put(server, "k", "of " + i);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(get(servers.get(i), "k")).isEqualTo("of " + i);
            }
            assertThat(servers.stream().flatMap(server -> server.clientEndpoints().stream()))
                    .doesNotHaveDuplicates();
        } finally {
            servers.forEach(MetaStoreServer::close);
        }
    }

    @Test
    void nothingIsLeftAfterClose() throws Exception {
        // The libraries' own threads and files, which are made once and stay, are there after a first member.
        runAndClose("first");
        Set<String> threads = threads();
        Set<Path> files = openFiles();

        int port = runAndClose("second");

        assertThat(threads()).isSubsetOf(threads);
        assertThat(openFiles()).isSubsetOf(files);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void whatStillRunsAtAStopIsUnavailableNotCancelled() throws Exception {
        MetaStoreServer server = builder("n", StorageEngine.MEMORY).build().start();
        ManagedChannel channel = NettyChannelBuilder.forTarget(
                        server.clientEndpoints().get(0))
                .usePlaintext()
                .build();
        CompletableFuture<Status> end = new CompletableFuture<>();
        CountDownLatch created = new CountDownLatch(1);
        try {
            WatchGrpc.newStub(channel)
                    .watch(new StreamObserver<>() {
                        @Override
                        public void onNext(WatchResponse response) {
                            created.countDown();
                        }

                        @Override
                        public void onError(Throwable failure) {
                            end.complete(Status.fromThrowable(failure));
                        }

                        @Override
                        public void onCompleted() {
                            end.complete(Status.OK);
                        }
                    })
                    .onNext(WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("k")))
                            .build());
            assertThat(created.await(30, TimeUnit.SECONDS)).isTrue();

            server.close();

            assertThat(end.get(30, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        } finally {
            channel.shutdownNow();
            server.close();
        }
    }

    private int runAndClose(String name) throws Exception {
        MetaStoreServer server = builder(name, StorageEngine.ROCKSDB).build().start();
        put(server, "k", "v");
        String endpoint = server.clientEndpoints().get(0);
        server.close();
        assertThat(server.whenTerminated()).isCompleted();
        return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                // Netty's one, which ends by itself a second after its last task, and is made anew for the next.
                .filter(thread -> !thread.getName().startsWith("globalEventExecutor"))
                .map(thread -> thread.getName() + "#" + thread.getId())
                .collect(Collectors.toSet());
    }

    /** Files below our directory that this process holds open: a native handle that is left holds some. */
    private Set<Path> openFiles() throws Exception {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.flatMap(descriptor -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(descriptor));
                        } catch (java.io.IOException closedMeanwhile) {
                            return Stream.empty();
                        }
                    })
                    .filter(file -> file.startsWith(directory))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aStartThatFailsLeavesNothing() throws Exception {
        try (MetaStoreServer holder =
                builder("held", StorageEngine.ROCKSDB).build().start()) {
            assertThat(holder.clientEndpoints()).isNotEmpty();
            Set<String> threads = threads();

            assertThatThrownBy(
                            () -> builder("held", StorageEngine.ROCKSDB).build().start())
                    .hasMessageContaining("in use by another process");

            assertThat(threads()).isSubsetOf(threads);
        }
    }

    @Test
    void whatIsWrongWithTheSettingsIsToldWhenTheyAreBuilt() {
        assertThatThrownBy(() -> builder("n", StorageEngine.MEMORY)
                        .option(Flag.MAX_TXN_OPS, "0")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--max-txn-ops");
    }

    @Test
    void aServerStartsOnce() throws Exception {
        MetaStoreServer server = builder("once", StorageEngine.MEMORY).build().start();
        server.close();

        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        server.close();
    }
}
