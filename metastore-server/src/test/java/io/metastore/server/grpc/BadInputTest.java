package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.AuthGrpc;
import io.metastore.api.rpc.AuthStatusRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.data.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is told with etcd's code and text, over a real connection, and the next request is served. */
@Timeout(60)
class BadInputTest {
    @TempDir
    Path directory;

    private EmbeddedMember member;
    private ManagedChannel channel;
    private KVGrpc.KVBlockingStub kv;

    @BeforeEach
    void start() throws Exception {
        member = EmbeddedMember.start(
                directory, StorageEngine.MEMORY, Map.of(Flag.QUOTA_BACKEND_BYTES, String.valueOf(64 << 20)));
        channel = ManagedChannelBuilder.forTarget(
                        member.server().clientEndpoints().get(0))
                .usePlaintext()
                .build();
        kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(50, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void anEmptyKey() {
        refused(() -> kv.put(PutRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
        refused(() -> kv.range(RangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
        refused(() -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
    }

    @Test
    void anUnknownSortOrder() {
        refused(
                () -> kv.range(RangeRequest.newBuilder()
                        .setKey(copyFromUtf8("k"))
                        .setSortOrderValue(9)
                        .build()),
                EtcdError.INVALID_SORT_OPTION);
    }

    @Test
    void negativeNumbersMeanNothingSpecial() {
        kv.put(put("k", "v"));

        var answer = kv.range(RangeRequest.newBuilder()
                .setKey(copyFromUtf8("k"))
                .setRevision(-5)
                .setLimit(-1)
                .build());

        assertThat(answer.getCount()).isEqualTo(1);
    }

    @Test
    void aRequestBeyondTheRequestLimit() {
        refused(() -> kv.put(put("k", "x".repeat(1_600_000))), EtcdError.REQUEST_TOO_LARGE);
        kv.put(put("k", "x".repeat(1_500_000)));
    }

    @Test
    void aMessageBeyondTheReceiveLimit() {
        assertThatThrownBy(() -> kv.put(put("k", "x".repeat(3_000_000))))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(failure.getStatus().getDescription())
                            .startsWith("grpc: received message larger than max (")
                            .endsWith(" vs. 2097152)");
                });
        kv.put(put("k", "v"));
    }

    @Test
    void tooManyOperations() {
        TxnRequest.Builder fits = TxnRequest.newBuilder();
        for (int i = 0; i < 128; i++) {
            fits.addSuccess(RequestOp.newBuilder().setRequestPut(put("k" + i, "v")));
        }
        kv.txn(fits.build());

        refused(
                () -> kv.txn(fits.addSuccess(RequestOp.newBuilder().setRequestPut(put("l", "v")))
                        .build()),
                EtcdError.TOO_MANY_OPS);
    }

    @Test
    void deepNestingIsAnsweredNotFollowed() {
        TxnRequest nested = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestPut(put("k", "v")))
                .build();
        for (int i = 0; i < 500; i++) {
            nested = TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                    .build();
        }
        TxnRequest deep = nested;

        refused(() -> kv.txn(deep), EtcdError.TOO_MANY_OPS);
        kv.put(put("k", "v"));
    }

    /** A call that is given up resets its stream; the connection, on which others wait too, stays. */
    @Test
    void clientsThatGiveUpManyCallsKeepTheirConnection() throws Exception {
        WatchCall other = WatchCall.open(channel);
        other.create("b");
        assertThat(other.next().getCreated()).isTrue();
        for (int i = 0; i < 500; i++) {
            WatchCall call = WatchCall.open(channel);
            call.create("a");
            assertThat(call.next().getCreated()).isTrue();
            call.cancel();
        }

        kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("b")).build());
        assertThat(other.next().getEventsCount()).isEqualTo(1);
        other.cancel();
    }

    @Test
    void anUnknownLease() {
        refused(() -> kv.put(put("k", "v").toBuilder().setLease(77).build()), EtcdError.LEASE_NOT_FOUND);
        var unknown = LeaseGrpc.newBlockingStub(channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(77).build());
        assertThat(unknown.getTTL()).isEqualTo(-1);
        refused(
                () -> LeaseGrpc.newBlockingStub(channel)
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setTTL(9_000_000_001L)
                                .build()),
                EtcdError.LEASE_TTL_TOO_LARGE);
    }

    @Test
    void revisionsThatAreNotThere() {
        MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(channel);
        refused(
                () -> maintenance.hashKV(
                        HashKVRequest.newBuilder().setRevision(99).build()),
                EtcdError.FUTURE_REVISION);
        refused(
                () -> kv.rangeStream(RangeRequest.newBuilder()
                                .setKey(copyFromUtf8("k"))
                                .setRevision(99)
                                .build())
                        .next(),
                EtcdError.FUTURE_REVISION);
    }

    @Test
    void whatIsNotServedIsSaidAsGrpcGoSaysIt() {
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        channel,
                        AuthGrpc.getAuthStatusMethod().toBuilder()
                                .setFullMethodName("etcdserverpb.Undo/Everything")
                                .build(),
                        CallOptions.DEFAULT,
                        AuthStatusRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("UNIMPLEMENTED: unknown service etcdserverpb.Undo");
    }

    @Test
    void aFullStoreRefusesGrowthUntilTheAlarmIsDisarmed() {
        MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(channel);
        String megabyte = "x".repeat(1 << 20);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        kv.put(put("k" + i, megabyte));
                    }
                })
                .hasMessageContaining(EtcdError.NO_SPACE.text());
        AlarmRequest list = AlarmRequest.getDefaultInstance();
        assertThat(maintenance.alarm(list).getAlarms(0).getAlarm()).isEqualTo(AlarmType.NOSPACE);
        refused(() -> kv.put(put("small", "v")), EtcdError.NO_SPACE);
        kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8("k0")).build());
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[1]))
                .setRangeEnd(ByteString.copyFrom(new byte[1]))
                .build());
    }

    @Test
    void aDirectoryInUse() {
        assertThatThrownBy(() -> EmbeddedMember.start(directory, StorageEngine.MEMORY))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void anIdentityOfANewerFormatOrADamagedOne(@TempDir Path other) throws Exception {
        Path identity = Files.createDirectories(other.resolve("member")).resolve("identity");
        Files.writeString(identity, "format=3\ncluster-id=1\nmember-id=1\n");
        assertThatThrownBy(() -> starting(other)).hasMessageContaining("newer version");
        Files.writeString(identity, "format=2\ncluster-id=x\n");
        assertThatThrownBy(() -> starting(other)).hasMessageContaining("damaged");
    }

    private static void starting(Path directory) throws StartException {
        MetaStoreServer.builder().dataDir(directory).build().start().close();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8(value))
                .build();
    }

    private static void refused(ThrowingCallable call, EtcdError error) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getCode()).isEqualTo(error.code());
            assertThat(failure.getStatus().getDescription()).isEqualTo(error.text());
        });
    }
}
