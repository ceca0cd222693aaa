package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fresh member taken step by step through the operations and answers of etcd's data model, over gRPC. */
@Timeout(60)
class WorkedVectorsTest {
    @TempDir
    Path directory;

    private KVGrpc.KVBlockingStub kv;
    private LeaseGrpc.LeaseBlockingStub lease;

    @ParameterizedTest
    @EnumSource(StorageEngine.class)
    void historyOfOneKey(StorageEngine engine) throws Exception {
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            assertThat(kv.range(get("a")).getHeader().getRevision()).isEqualTo(1);
            assertThat(put("a", "1").getHeader().getRevision()).isEqualTo(2);
            PutResponse second = kv.put(putRequest("a", "2").setPrevKv(true).build());
            assertThat(second.getHeader().getRevision()).isEqualTo(3);
            assertThat(second.getPrevKv()).isEqualTo(keyValue("a", "1", 2, 2, 1));
            assertThat(kv.range(get("a")).getKvs(0)).isEqualTo(keyValue("a", "2", 2, 3, 2));
            assertThat(delete("a")).satisfies(deleted -> {
                assertThat(deleted.getDeleted()).isEqualTo(1);
                assertThat(deleted.getHeader().getRevision()).isEqualTo(4);
            });
            assertThat(delete("a")).satisfies(nothing -> {
                assertThat(nothing.getDeleted()).isZero();
                assertThat(nothing.getHeader().getRevision()).isEqualTo(4);
            });
            assertThat(put("a", "3").getHeader().getRevision()).isEqualTo(5);
            assertThat(kv.range(get("a")).getKvs(0)).isEqualTo(keyValue("a", "3", 5, 5, 1));

            RangeResponse old = kv.range(get("a", 3));
            assertThat(old.getKvs(0).getValue()).isEqualTo(copyFromUtf8("2"));
            assertThat(old.getHeader().getRevision()).isEqualTo(5);
            assertThat(kv.range(get("a", 4)).getCount()).isZero();
            refused(() -> kv.range(get("a", 6)), EtcdError.FUTURE_REVISION);
            assertThat(kv.range(get("a", 1)).getKvsCount()).isZero();

            TxnResponse txn = kv.txn(TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(op(putRequest("c", "1")))
                    .addSuccess(RequestOp.newBuilder().setRequestRange(get("b")))
                    .addSuccess(RequestOp.newBuilder().setRequestDeleteRange(deleteRequest("a")))
                    .build());
            assertThat(txn.getHeader().getRevision()).isEqualTo(6);
            assertThat(txn.getResponses(2).getResponseRange().getKvs(0).getModRevision())
                    .isEqualTo(6);
            assertThat(txn.getResponses(3).getResponseDeleteRange().getDeleted())
                    .isEqualTo(1);

            TxnResponse failed = kv.txn(TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setKey(copyFromUtf8("b"))
                            .setTarget(Compare.CompareTarget.VERSION)
                            .setVersion(0))
                    .addSuccess(op(putRequest("b", "x")))
                    .build());
            assertThat(failed.getSucceeded()).isFalse();
            assertThat(failed.getResponsesCount()).isZero();
            assertThat(failed.getHeader().getRevision()).isEqualTo(6);

            refused(
                    () -> kv.txn(TxnRequest.newBuilder()
                            .addSuccess(op(putRequest("b", "2")))
                            .addSuccess(op(PutRequest.newBuilder()
                                    .setKey(copyFromUtf8("x"))
                                    .setIgnoreValue(true)))
                            .build()),
                    EtcdError.KEY_NOT_FOUND);
            assertThat(kv.range(get("b")).getKvs(0).getValue()).isEqualTo(copyFromUtf8("1"));

            assertThat(compact(4)).isEqualTo(6);
            refused(() -> kv.range(get("a", 3)), EtcdError.COMPACTED);
            assertThat(kv.range(get("a", 4)).getCount()).isZero();
            refused(() -> compact(4), EtcdError.COMPACTED);
            refused(() -> compact(7), EtcdError.FUTURE_REVISION);
        }
    }

    @ParameterizedTest
    @EnumSource(StorageEngine.class)
    void leasesTakeTheirKeysWithThem(StorageEngine engine) throws Exception {
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            lease = LeaseGrpc.newBlockingStub(member.channel());
            var granted =
                    lease.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(1).build());
            assertThat(granted.getTTL()).isEqualTo(2);
            assertThat(granted.getID()).isPositive();

            long id = granted.getID();
            kv.put(putRequest("d", "1").setLease(id).build());
            put("d", "2");
            LeaseRevokeRequest revoke =
                    LeaseRevokeRequest.newBuilder().setID(id).build();
            assertThat(lease.leaseRevoke(revoke).getHeader().getRevision()).isEqualTo(3);
            assertThat(kv.range(get("d")).getCount()).isEqualTo(1);
            refused(() -> lease.leaseRevoke(revoke), EtcdError.LEASE_NOT_FOUND);
            refused(() -> kv.put(putRequest("d", "1").setLease(id).build()), EtcdError.LEASE_NOT_FOUND);

            lease.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build());
            refused(
                    () -> lease.leaseGrant(
                            LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build()),
                    EtcdError.LEASE_EXIST);
            kv.put(putRequest("d", "1").setLease(7).build());
            kv.put(putRequest("e", "1").setLease(7).build());
            assertThat(lease.leaseRevoke(
                                    LeaseRevokeRequest.newBuilder().setID(7).build())
                            .getHeader()
                            .getRevision())
                    .isEqualTo(6);
            assertThat(kv.range(get("d")).getCount() + kv.range(get("e")).getCount())
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StorageEngine.class,
            names = {"ROCKSDB"})
    void stateSurvivesARestart(StorageEngine engine) throws Exception {
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            lease = LeaseGrpc.newBlockingStub(member.channel());
            lease.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(600).setID(9).build());
            kv.put(putRequest("k", "v").setLease(9).build());
            put("k2", "v2");
            delete("k2");
            compact(3);
        }
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            assertThat(kv.range(get("k")).getHeader().getRevision()).isEqualTo(4);
            assertThat(kv.range(get("k")).getKvs(0).getLease()).isEqualTo(9);
            assertThat(kv.range(get("k2")).getCount()).isZero();
            refused(() -> kv.range(get("k", 2)), EtcdError.COMPACTED);
            assertThat(put("k3", "v").getHeader().getRevision()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(StorageEngine.class)
    void snapshotsShortenTheLogUnderAMemberThatServes(StorageEngine engine) throws Exception {
        Map<Flag, String> everyTenEntries = Map.of(Flag.SNAPSHOT_COUNT, "10");
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine, everyTenEntries)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            for (int i = 0; i < 100; i++) {
                put("k" + i, "v" + i);
            }
            assertThat(directory.resolve("member/raft/snapshot")).isNotEmptyDirectory();
        }
        if (engine == StorageEngine.MEMORY) {
            return;
        }
        try (EmbeddedMember member = EmbeddedMember.start(directory, engine, everyTenEntries)) {
            kv = KVGrpc.newBlockingStub(member.channel());
            assertThat(kv.range(get("k99")).getHeader().getRevision()).isEqualTo(101);
            assertThat(kv.range(get("k99")).getKvs(0).getValue()).isEqualTo(copyFromUtf8("v99"));
            assertThat(put("k100", "v").getHeader().getRevision()).isEqualTo(102);
        }
    }

    private long compact(long revision) {
        return kv.compact(CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(true)
                        .build())
                .getHeader()
                .getRevision();
    }

    private PutResponse put(String key, String value) {
        return kv.put(putRequest(key, value).build());
    }

    private DeleteRangeResponse delete(String key) {
        return kv.deleteRange(deleteRequest(key));
    }

    private static DeleteRangeRequest deleteRequest(String key) {
        return DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    private static PutRequest.Builder putRequest(String key, String value) {
        return PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(copyFromUtf8(value));
    }

    private static RangeRequest get(String key) {
        return get(key, 0);
    }

    private static RangeRequest get(String key, long revision) {
        return RangeRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setRevision(revision)
                .build();
    }

    private static RequestOp op(PutRequest.Builder put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    private static KeyValue keyValue(String key, String value, long created, long modified, long version) {
        return KeyValue.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8(value))
                .setCreateRevision(created)
                .setModRevision(modified)
                .setVersion(version)
                .build();
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, EtcdError error) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getCode()).isEqualTo(error.code());
            assertThat(failure.getStatus().getDescription()).isEqualTo(error.text());
        });
    }
}
