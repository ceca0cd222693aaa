package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.AuthUserChangePasswordRequest;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCancelRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.http.RawHttp;
import io.metastore.server.process.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the audit log tells of the calls of real clients, and what it never does. */
@Timeout(60)
class AuditTest {
    private static final String SECRET = "secret-value";

    @TempDir
    Path directory;

    private Path file;
    private EmbeddedMember member;
    private ManagedChannel network;

    @BeforeEach
    void start() throws Exception {
        file = directory.resolve("audit.log");
        member = EmbeddedMember.start(
                directory.resolve("data"), StorageEngine.MEMORY, Map.of(Flag.AUDIT_LOG, file.toString()));
        network = NettyChannelBuilder.forTarget(
                        member.server().clientEndpoints().get(0))
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        network.shutdownNow();
        member.close();
    }

    /** The first line with all of the parts, when it is written. */
    private String line(String... parts) throws Exception {
        Eventually.await(
                Duration.ofSeconds(10),
                () -> "a line with " + List.of(parts),
                () -> Files.exists(file)
                        && Files.readAllLines(file).stream()
                                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
        return Files.readAllLines(file).stream()
                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                .findFirst()
                .orElseThrow();
    }

    private static PutRequest put(String key) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8(SECRET))
                .build();
    }

    @Test
    void tellsKeysRevisionAndResultOfKvCalls() throws Exception {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(network);
        var put = kv.put(PutRequest.newBuilder(put("a"))
                .setKey(ByteString.copyFrom(new byte[] {'a', '"', '\\', 0, (byte) 0xff}))
                .build());
        assertThat(line("etcdserverpb.KV/Put"))
                .matches("\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z\",\"user\":\"\","
                        + "\"remote\":\"127\\.0\\.0\\.1:\\d+\",\"method\":\"etcdserverpb\\.KV/Put\",.*")
                .contains("\"keys\":[{\"key\":\"a\\\"\\\\\\\\\\\\x00\\\\xff\"}]")
                .matches(".*,\"revision\":" + put.getHeader().getRevision() + ",\"micros\":\\d+,\"code\":\"OK\"}");

        var range = kv.range(RangeRequest.newBuilder()
                .setKey(copyFromUtf8("r"))
                .setRangeEnd(copyFromUtf8("s"))
                .build());
        assertThat(line("etcdserverpb.KV/Range"))
                .contains("\"keys\":[{\"key\":\"r\",\"end\":\"s\"}],\"revision\":"
                        + range.getHeader().getRevision());

        var deleted = kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(copyFromUtf8("d"))
                .setRangeEnd(ByteString.copyFrom(new byte[1]))
                .build());
        assertThat(line("etcdserverpb.KV/DeleteRange"))
                .contains("{\"key\":\"d\",\"end\":\"\\\\x00\"}],\"revision\":"
                        + deleted.getHeader().getRevision());

        assertThat(AuthFixture.failure(() -> kv.compact(
                        CompactionRequest.newBuilder().setRevision(1000).build())))
                .isNotEqualTo("OK");
        assertThat(line("etcdserverpb.KV/Compact")).contains("\"compact\":1000,", "\"code\":\"OutOfRange\"");
    }

    @Test
    void tellsAllOperationsOfATransaction() throws Exception {
        var done = KVGrpc.newBlockingStub(network)
                .txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(copyFromUtf8("c"))
                                .setTarget(Compare.CompareTarget.VALUE)
                                .setValue(copyFromUtf8(SECRET)))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put("p")))
                        .addFailure(RequestOp.newBuilder()
                                .setRequestTxn(TxnRequest.newBuilder()
                                        .addSuccess(RequestOp.newBuilder()
                                                .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                                        .setKey(copyFromUtf8("d"))))))
                        .build());
        assertThat(done.getSucceeded()).isFalse();
        assertThat(line("etcdserverpb.KV/Txn"))
                .contains("\"keys\":[{\"op\":\"compare\",\"key\":\"c\"},{\"op\":\"put\",\"key\":\"p\"},"
                        + "{\"op\":\"delete\",\"key\":\"d\"}]")
                .doesNotContain(SECRET);
    }

    @Test
    void tellsWhoWasAllowedAndWhoWasNotButNoSecret() throws Exception {
        AuthFixture users = new AuthFixture(network).setUp().enable();
        String token = users.token("alice", AuthFixture.ALICE_PASSWORD);
        Channel alice = users.as(token);
        AuthFixture.put(alice, "a");
        assertThat(line("\"user\":\"alice\"", "etcdserverpb.KV/Put")).contains("\"key\":\"a\"", "\"code\":\"OK\"");
        assertThat(AuthFixture.failure(() -> AuthFixture.put(alice, "z"))).isNotEqualTo("OK");
        assertThat(line("\"user\":\"alice\"", "\"key\":\"z\"")).contains("\"code\":\"PermissionDenied\"");
        assertThat(AuthFixture.failure(() -> users.token("alice", "wrong-secret")))
                .isNotEqualTo("OK");
        assertThat(line("Authenticate", "\"name\":\"alice\"", "\"code\":\"InvalidArgument\""))
                .contains("\"user\":\"\"");
        assertThat(AuthFixture.failure(() -> AuthFixture.put(users.as(token + "-forged"), "f")))
                .isNotEqualTo("OK");
        assertThat(line("\"key\":\"f\"")).contains("\"user\":\"\"").doesNotContain("\"code\":\"OK\"");
        var changed = users.auth()
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setPassword("changed-secret")
                        .build());
        assertThat(changed.hasHeader()).isTrue();
        assertThat(line("UserChangePassword")).contains("\"user\":\"root\"", "\"name\":\"alice\"", "\"code\":\"OK\"");
        assertThat(line("RoleGrantPermission")).contains("\"permission\":", "\"role\":\"r\"");

        assertThat(Files.readString(file))
                .doesNotContain(
                        AuthFixture.ROOT_PASSWORD,
                        AuthFixture.ALICE_PASSWORD,
                        "wrong-secret",
                        "changed-secret",
                        token,
                        SECRET,
                        "$2a$",
                        "$2b$");
    }

    private record Collected<T>(BlockingQueue<T> answers) implements StreamObserver<T> {
        @Override
        public void onNext(T answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}

        private T next() throws InterruptedException {
            T answer = answers.poll(20, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            return answer;
        }
    }

    @Test
    void tellsTheBeginningAndTheEndOfWatches() throws Exception {
        Collected<WatchResponse> answers = new Collected<>(new LinkedBlockingQueue<>());
        StreamObserver<WatchRequest> watch = WatchGrpc.newStub(network).watch(answers);
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(copyFromUtf8("w"))
                        .setRangeEnd(copyFromUtf8("x")))
                .build());
        long id = answers.next().getWatchId();
        assertThat(line("Watch/Watch", "\"event\":\"create\""))
                .contains("\"watch\":" + id + ",", "{\"key\":\"w\",\"end\":\"x\"}", "\"code\":\"OK\"");
        watch.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
        assertThat(answers.next().getCanceled()).isTrue();
        assertThat(line("Watch/Watch", "\"event\":\"cancel\"")).contains("{\"key\":\"w\",\"end\":\"x\"}", "\"OK\"");
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(copyFromUtf8("n"))
                        .setStartRevision(-1))
                .build());
        assertThat(answers.next().getCanceled()).isTrue();
        assertThat(line("\"event\":\"create\"", "\"key\":\"n\"")).contains("\"reason\":", "\"code\":\"Canceled\"");
        watch.onError(new InterruptedException("the client goes away"));
        assertThat(line("Watch/Watch", "\"event\":\"close\"")).contains("\"code\":\"Canceled\"");
    }

    @Test
    void aKeepAliveIsToldOnceNotForEachBeat() throws Exception {
        long lease = LeaseGrpc.newBlockingStub(network)
                .leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(0xabc).setTTL(60).build())
                .getID();
        assertThat(line("LeaseGrant")).contains("\"lease\":\"abc\"");
        long another = LeaseGrpc.newBlockingStub(network)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
        assertThat(line("LeaseGrant", "\"lease\":\"" + Long.toHexString(another) + "\""))
                .contains("\"code\":\"OK\"");
        Collected<LeaseKeepAliveResponse> beats = new Collected<>(new LinkedBlockingQueue<>());
        StreamObserver<LeaseKeepAliveRequest> keepAlive =
                LeaseGrpc.newStub(network).leaseKeepAlive(beats);
        for (int i = 0; i < 5; i++) {
            keepAlive.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
            assertThat(beats.next().getID()).isEqualTo(lease);
        }
        keepAlive.onCompleted();
        assertThat(line("LeaseKeepAlive", "\"event\":\"close\"")).contains("\"lease\":\"abc\"");
        assertThat(Files.readAllLines(file).stream().filter(line -> line.contains("LeaseKeepAlive")))
                .hasSize(2);
    }

    @Test
    void aCallThroughTheGatewayIsItsClientsWhateverItSays() throws Exception {
        String endpoint = member.server().clientEndpoints().get(0);
        try (RawHttp http = new RawHttp(endpoint)) {
            byte[] put = "{\"key\":\"YQ==\",\"value\":\"c2VjcmV0\"}".getBytes(UTF_8);
            Map<String, String> forged = Map.of("Grpc-Metadata-Metastore-Origin", "x 6.6.6.6:6");
            assertThat(http.exchange("POST", "/v3/kv/put", forged, put).status())
                    .isEqualTo(200);
        }
        assertThat(line("KV/Put")).matches(".*\"remote\":\"127\\.0\\.0\\.1:\\d+\",\"via\":\"gateway\",.*");

        Metadata forged = new Metadata();
        forged.put(Metadata.Key.of("metastore-origin", Metadata.ASCII_STRING_MARSHALLER), "x 6.6.6.6:6");
        var unused = KVGrpc.newBlockingStub(network)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(forged))
                .put(put("forged"));
        assertThat(line("\"key\":\"forged\""))
                .contains("\"remote\":\"127.0.0.1:")
                .doesNotContain("via");
        assertThat(Files.readString(file)).doesNotContain("6.6.6.6");
    }

    @Test
    void whatALockDoesIsItsClients() throws Exception {
        var locked = LockGrpc.newBlockingStub(network)
                .lock(LockRequest.newBuilder().setName(copyFromUtf8("l")).build());
        assertThat(locked.hasHeader()).isTrue();
        assertThat(line("v3lockpb.Lock/Lock")).contains("\"key\":\"l\"").doesNotContain("via");
        assertThat(line("KV/Txn")).contains("\"remote\":\"127.0.0.1:", "\"via\":\"v3lockpb.Lock\"");
        assertThat(line("LeaseGrant")).contains("\"remote\":\"127.0.0.1:", "\"via\":\"v3lockpb.Lock\"");
    }

    @Test
    void whatIsCalledInProcessIsThePrograms() throws Exception {
        var put = KVGrpc.newBlockingStub(member.channel()).put(put("p"));
        assertThat(put.hasHeader()).isTrue();
        assertThat(line("KV/Put")).contains("\"remote\":\"in-process\",").doesNotContain("via");
    }

    @Test
    void aRangeInPartsIsToldOnce() throws Exception {
        var put = KVGrpc.newBlockingStub(network).put(put("s"));
        KVGrpc.newBlockingStub(network)
                .rangeStream(RangeRequest.newBuilder().setKey(copyFromUtf8("s")).build())
                .forEachRemaining(part -> {});
        assertThat(line("KV/RangeStream"))
                .contains("\"key\":\"s\"", "\"revision\":" + put.getHeader().getRevision() + ",")
                .doesNotContain("event");
        assertThat(Files.readAllLines(file).stream().filter(line -> line.contains("RangeStream")))
                .hasSize(1);
    }

    @Test
    void aRefusedRequestIsItsUsersToo() throws Exception {
        AuthFixture users = new AuthFixture(network).setUp().enable();
        Channel alice = users.as(users.token("alice", AuthFixture.ALICE_PASSWORD));
        assertThat(AuthFixture.failure(() -> AuthFixture.put(alice, ""))).contains("key is not provided");
        assertThat(line("KV/Put", "\"key\":\"\"")).contains("\"user\":\"alice\"", "\"code\":\"InvalidArgument\"");

        users.disable();
        AuthFixture.put(alice, "off");
        assertThat(line("\"key\":\"off\"")).contains("\"user\":\"\"");
    }

    @Test
    void whatIsWrittenCounts() throws Exception {
        var put = KVGrpc.newBlockingStub(network).put(put("m"));
        assertThat(put.hasHeader()).isTrue();
        assertThat(line("\"key\":\"m\"")).isNotEmpty();
        try (RawHttp http = new RawHttp(member.server().clientEndpoints().get(0))) {
            assertThat(http.exchange("GET", "/metrics", Map.of(), new byte[0]).body())
                    .containsPattern("\nmetastore_audit_written_total [1-9]")
                    .containsPattern("\nmetastore_audit_lost_total 0");
        }
    }
}
