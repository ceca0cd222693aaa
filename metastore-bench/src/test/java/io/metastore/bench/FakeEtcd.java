package io.metastore.bench;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.CompactionResponse;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.DefragmentResponse;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseRevokeResponse;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RangeStreamResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.SnapshotResponse;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** As much of etcd as the loads ask for, kept in a map, on real grpc-java. Can be told to misbehave. */
public final class FakeEtcd implements AutoCloseable {
    /** What it does wrong. */
    public enum Fault {
        FAILED_PUTS,
        LOST_EVENTS,
        REPEATED_EVENTS,
        WRONG_COUNTS
    }

    private record Watcher(StreamObserver<WatchResponse> out, WatchCreateRequest create) {}

    private final Server server;
    private final FakeAuth auth = new FakeAuth();
    private final Set<Fault> faults = new HashSet<>();
    private final NavigableMap<ByteString, KeyValue> state =
            new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final List<Watcher> watchers = new ArrayList<>();
    private final Set<Long> leases = new HashSet<>();
    private long revision = 1;
    private long puts;
    private long compacted;

    public FakeEtcd(Fault... faults) throws IOException {
        this(0, null, null, faults);
    }

    /** Over TLS, with a certificate and its key in PEM. */
    public FakeEtcd(File certificate, File key) throws IOException {
        this(0, certificate, key);
    }

    private FakeEtcd(int port, @Nullable File certificate, @Nullable File key, Fault... faults) throws IOException {
        this.faults.addAll(List.of(faults));
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .directExecutor()
                .intercept(auth)
                .addService(auth)
                .addService(new Kv())
                .addService(new Watch())
                .addService(new Lease())
                .addService(new Maintenance());
        if (certificate != null) {
            builder.useTransportSecurity(certificate, key);
        }
        server = builder.build().start();
    }

    /** A program that runs the fake server in a JVM of its own. */
    public static Path program(Path dir) throws IOException {
        Path program = dir.resolve("fake");
        Files.writeString(
                program,
                "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -Xmx128m -cp '%s' %s \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                FakeEtcd.class.getName()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    /** Runs as a program with etcd's flags, as far as it knows them. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("--version")) {
            System.out.println("fake etcd");
            return;
        }
        String certificate = value(args, "--cert-file=");
        String key = value(args, "--key-file=");
        String scheme = certificate == null ? "http" : "https";
        int port = Integer.parseInt(value(args, "--listen-client-urls=" + scheme + "://127.0.0.1:"));
        Fault[] faults = Stream.of(args)
                .filter(arg -> arg.startsWith("--fault="))
                .map(arg -> Fault.valueOf(arg.substring("--fault=".length())))
                .toArray(Fault[]::new);
        try (FakeEtcd etcd = new FakeEtcd(port, file(certificate), file(key), faults)) {
            System.out.println("ready to serve client requests");
            etcd.server.awaitTermination();
        }
    }

    private static @Nullable String value(String[] args, String flag) {
        return Stream.of(args)
                .filter(arg -> arg.startsWith(flag))
                .map(arg -> arg.substring(flag.length()))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable File file(@Nullable String path) {
        return path == null ? null : new File(path);
    }

    public FakeAuth auth() {
        return auth;
    }

    public String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    public synchronized long revision() {
        return revision;
    }

    public synchronized int keys() {
        return state.size();
    }

    /** Keys in byte order. */
    public synchronized List<String> keyNames() {
        return state.keySet().stream().map(ByteString::toStringUtf8).toList();
    }

    /** The revision that was compacted to, 0 if none was. */
    public synchronized long compacted() {
        return compacted;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder()
                .setClusterId(-1)
                .setMemberId(-2)
                .setRevision(revision)
                .setRaftTerm(2)
                .build();
    }

    private RangeResponse range(RangeRequest request) {
        NavigableMap<ByteString, KeyValue> found = state.tailMap(request.getKey(), true);
        if (request.getRangeEnd().isEmpty()) {
            found = found.headMap(request.getKey(), true);
        } else if (!request.getRangeEnd().equals(ByteString.copyFrom(new byte[1]))) {
            found = found.headMap(request.getRangeEnd(), false);
        }
        long limit = request.getLimit() == 0 ? found.size() : request.getLimit();
        RangeResponse.Builder reply = RangeResponse.newBuilder().setHeader(header());
        found.values().stream().limit(limit).forEach(reply::addKvs);
        return reply.setCount(faults.contains(Fault.WRONG_COUNTS) ? found.size() + 1 : found.size())
                .setMore(limit < found.size())
                .build();
    }

    private void put(PutRequest request) {
        KeyValue before = state.get(request.getKey());
        KeyValue kv = KeyValue.newBuilder()
                .setKey(request.getKey())
                .setValue(request.getValue())
                .setCreateRevision(before == null ? revision : before.getCreateRevision())
                .setModRevision(revision)
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .build();
        state.put(kv.getKey(), kv);
        puts++;
        if (faults.contains(Fault.LOST_EVENTS) && puts % 2 == 1) {
            return;
        }
        for (Watcher watcher : watchers) {
            if (covers(watcher.create, kv.getKey())) {
                WatchResponse event = WatchResponse.newBuilder()
                        .setHeader(header())
                        .setWatchId(watcher.create.getWatchId())
                        .addEvents(Event.newBuilder().setKv(kv))
                        .build();
                watcher.out.onNext(event);
                if (faults.contains(Fault.REPEATED_EVENTS)) {
                    watcher.out.onNext(event);
                }
            }
        }
    }

    private static boolean covers(WatchCreateRequest watched, ByteString key) {
        if (watched.getRangeEnd().isEmpty()) {
            return key.equals(watched.getKey());
        }
        return compare(key, watched.getKey()) >= 0 && compare(key, watched.getRangeEnd()) < 0;
    }

    private static int compare(ByteString a, ByteString b) {
        return ByteString.unsignedLexicographicalComparator().compare(a, b);
    }

    private boolean holds(Compare compare) {
        KeyValue kv = state.getOrDefault(compare.getKey(), KeyValue.getDefaultInstance());
        return switch (compare.getTarget()) {
            case VERSION ->
                compare.getResult() == Compare.CompareResult.GREATER
                        ? kv.getVersion() > compare.getVersion()
                        : kv.getVersion() == compare.getVersion();
            case MOD ->
                compare.getResult() == Compare.CompareResult.EQUAL && kv.getModRevision() == compare.getModRevision();
            default -> throw new IllegalArgumentException(compare.toString());
        };
    }

    private TxnResponse txn(TxnRequest request) {
        boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
        List<RequestOp> operations = succeeded ? request.getSuccessList() : request.getFailureList();
        if (operations.stream().anyMatch(RequestOp::hasRequestPut)) {
            revision++;
        }
        TxnResponse.Builder reply = TxnResponse.newBuilder().setSucceeded(succeeded);
        for (RequestOp operation : operations) {
            if (operation.hasRequestPut()) {
                put(operation.getRequestPut());
                reply.addResponses(ResponseOp.newBuilder()
                        .setResponsePut(PutResponse.newBuilder().setHeader(header())));
            } else {
                reply.addResponses(ResponseOp.newBuilder().setResponseRange(range(operation.getRequestRange())));
            }
        }
        return reply.setHeader(header()).build();
    }

    private static <T> void answer(StreamObserver<T> out, T reply) {
        out.onNext(reply);
        out.onCompleted();
    }

    /** Every fake leads; its snapshot is its values, one to a message. */
    private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
            answer(
                    out,
                    StatusResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setMemberId(1))
                            .setLeader(1)
                            .build());
        }

        @Override
        public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> out) {
            synchronized (FakeEtcd.this) {
                state.values()
                        .forEach(kv -> out.onNext(SnapshotResponse.newBuilder()
                                .setBlob(kv.getValue())
                                .build()));
                out.onCompleted();
            }
        }

        @Override
        public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> out) {
            answer(out, DefragmentResponse.getDefaultInstance());
        }
    }

    private final class Kv extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> out) {
            synchronized (FakeEtcd.this) {
                answer(out, FakeEtcd.this.range(request));
            }
        }

        @Override
        public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> out) {
            synchronized (FakeEtcd.this) {
                RangeResponse whole = FakeEtcd.this.range(request);
                for (KeyValue kv : whole.getKvsList()) {
                    out.onNext(RangeStreamResponse.newBuilder()
                            .setRangeResponse(RangeResponse.newBuilder().addKvs(kv))
                            .build());
                }
                answer(
                        out,
                        RangeStreamResponse.newBuilder()
                                .setRangeResponse(RangeResponse.newBuilder()
                                        .setHeader(header())
                                        .setCount(whole.getCount()))
                                .build());
            }
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> out) {
            synchronized (FakeEtcd.this) {
                if (faults.contains(Fault.FAILED_PUTS)) {
                    out.onError(Status.RESOURCE_EXHAUSTED
                            .withDescription("etcdserver: mvcc: 100 % of space used")
                            .asRuntimeException());
                    return;
                }
                revision++;
                FakeEtcd.this.put(request);
                answer(out, PutResponse.newBuilder().setHeader(header()).build());
            }
        }

        @Override
        public void txn(TxnRequest request, StreamObserver<TxnResponse> out) {
            synchronized (FakeEtcd.this) {
                answer(out, FakeEtcd.this.txn(request));
            }
        }

        @Override
        public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> out) {
            synchronized (FakeEtcd.this) {
                boolean existed = state.remove(request.getKey()) != null;
                revision += existed ? 1 : 0;
                answer(
                        out,
                        DeleteRangeResponse.newBuilder()
                                .setHeader(header())
                                .setDeleted(existed ? 1 : 0)
                                .build());
            }
        }

        @Override
        public void compact(CompactionRequest request, StreamObserver<CompactionResponse> out) {
            synchronized (FakeEtcd.this) {
                compacted = request.getRevision();
                answer(out, CompactionResponse.newBuilder().setHeader(header()).build());
            }
        }
    }

    private final class Watch extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
            return new Incoming<>(out) {
                @Override
                public void onNext(WatchRequest request) {
                    synchronized (FakeEtcd.this) {
                        watchers.add(new Watcher(out, request.getCreateRequest()));
                        out.onNext(WatchResponse.newBuilder()
                                .setHeader(header())
                                .setWatchId(request.getCreateRequest().getWatchId())
                                .setCreated(true)
                                .build());
                    }
                }

                @Override
                public void onError(Throwable error) {
                    synchronized (FakeEtcd.this) {
                        watchers.removeIf(watcher -> watcher.out == out);
                    }
                }
            };
        }
    }

    private final class Lease extends LeaseGrpc.LeaseImplBase {
        @Override
        public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> out) {
            synchronized (FakeEtcd.this) {
                long id = leases.size() + 7_587_000_000_000_000_000L;
                while (!leases.add(id)) {
                    id++;
                }
                answer(
                        out,
                        LeaseGrantResponse.newBuilder()
                                .setHeader(header())
                                .setID(id)
                                .setTTL(request.getTTL())
                                .build());
            }
        }

        @Override
        public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> out) {
            synchronized (FakeEtcd.this) {
                if (leases.remove(request.getID())) {
                    answer(
                            out,
                            LeaseRevokeResponse.newBuilder().setHeader(header()).build());
                } else {
                    out.onError(Status.NOT_FOUND
                            .withDescription("etcdserver: requested lease not found")
                            .asRuntimeException());
                }
            }
        }

        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> out) {
            return new Incoming<>(out) {
                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    synchronized (FakeEtcd.this) {
                        out.onNext(LeaseKeepAliveResponse.newBuilder()
                                .setHeader(header())
                                .setID(request.getID())
                                .setTTL(leases.contains(request.getID()) ? 60 : 0)
                                .build());
                    }
                }
            };
        }
    }

    private abstract static class Incoming<Q, A> implements StreamObserver<Q> {
        private final StreamObserver<A> out;

        Incoming(StreamObserver<A> out) {
            this.out = out;
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
            out.onCompleted();
        }
    }
}
