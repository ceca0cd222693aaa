package io.metastore.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.data.StartException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code metastore train}: a member's life of some seconds under a load of its own, from which the JVM learns which classes are
 * needed and which methods are hot. The launcher has it keep that in a file beside the program, and starts with it from then on.
 */
final class TrainingRun {
    /** The first argument. */
    static final String NAME = "train";

    private static final long SECONDS = 8;
    private static final int CLIENTS = 8;
    private static final int KEYS = 1_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

    private final ManagedChannel channel;
    private final long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);

    private TrainingRun(ManagedChannel channel) {
        this.channel = channel;
    }

    /** Returns the exit code. */
    static int run(PrintStream out, PrintStream err) {
        try {
            Path directory = Files.createTempDirectory("metastore-train");
            try (MetaStoreServer server =
                    MetaStoreServer.builder().dataDir(directory).build().start()) {
                ManagedChannel channel = NettyChannelBuilder.forTarget(
                                server.clientEndpoints().get(0))
                        .usePlaintext()
                        .build();
                new TrainingRun(channel).load();
                channel.shutdownNow();
            } finally {
                delete(directory);
            }
            out.println("trained for " + SECONDS + " s");
            return 0;
        } catch (IOException | StartException | ExecutionException | RuntimeException failure) {
            err.println("training failed: " + failure.getMessage());
            return 1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void load() throws ExecutionException, InterruptedException {
        WatchGrpc.newStub(channel)
                .watch(new Ignored())
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder().setKey(key(0)).setRangeEnd(key(9)))
                        .build());
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                all.add(clients.submit(() -> client(first)));
            }
            for (Future<?> client : all) {
                client.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** Puts and gets mostly, and now and then what else clients do. */
    private void client(int first) {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        for (int i = first; System.nanoTime() < endNanos; i += CLIENTS) {
            ByteString key = key(i % KEYS);
            kv.put(PutRequest.newBuilder().setKey(key).setValue(VALUE).build());
            kv.range(RangeRequest.newBuilder().setKey(key).build());
            kv.range(RangeRequest.newBuilder().setKey(key).setSerializable(true).build());
            kv.txn(TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setTarget(Compare.CompareTarget.VERSION)
                            .setResult(Compare.CompareResult.GREATER)
                            .setKey(key)
                            .setVersion(0))
                    .addSuccess(RequestOp.newBuilder()
                            .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(VALUE)))
                    .build());
            if (i % 50 == first) {
                rarer(kv, key);
            }
        }
    }

    private void rarer(KVGrpc.KVBlockingStub kv, ByteString key) {
        kv.range(RangeRequest.newBuilder()
                .setKey(key(0))
                .setRangeEnd(key(9))
                .setLimit(100)
                .build());
        kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
        long lease = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
        kv.put(PutRequest.newBuilder().setKey(key).setLease(lease).build());
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("train/" + number);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Takes events and does nothing with them. */
    private static final class Ignored implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
