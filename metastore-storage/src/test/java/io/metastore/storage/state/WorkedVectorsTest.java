package io.metastore.storage.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fresh store and the answers a real etcd gives to the same requests, in the same order. */
@Timeout(30)
class WorkedVectorsTest {
    private final Machine machine = new Machine();

    @AfterEach
    void close() {
        machine.close();
    }

    @Test
    void aStoreLivesAsEtcdsDoes() {
        assertThat(machine.put("a=1")).isEqualTo(put(2));
        assertThat(machine.put("a=2 prev"))
                .isEqualTo(put(3).toBuilder().setPrevKv(kv("a", "1", 2, 2, 1)).build());
        assertThat(machine.get("a")).isEqualTo(range(3, kv("a", "2", 2, 3, 2)));
        assertThat(machine.delete("a")).isEqualTo(deleted(4, 1));
        assertThat(machine.delete("a")).isEqualTo(deleted(4, 0));
        assertThat(machine.put("a=3")).isEqualTo(put(5));
        assertThat(machine.get("a")).isEqualTo(range(5, kv("a", "3", 5, 5, 1)));
        assertThat(machine.get("a rev=3")).isEqualTo(range(5, kv("a", "2", 2, 3, 2)));
        assertThat(machine.get("a rev=4")).isEqualTo(range(5));
        assertRefused(EtcdError.FUTURE_REVISION, () -> machine.get("a rev=6"));
        assertThat(machine.get("a rev=1")).isEqualTo(range(5));

        machine.events.clear();
        assertThat(machine.txn("then put b=1, put c=1, get b, delete a"))
                .isEqualTo(txn(6, true)
                        .addResponses(op(put(6)))
                        .addResponses(op(put(6)))
                        .addResponses(op(range(6, kv("b", "1", 6, 6, 1))))
                        .addResponses(op(deleted(6, 1)))
                        .build());
        assertThat(machine.events).containsExactly("PUT b@6.0", "PUT c@6.1", "DELETE a@6.2");

        assertThat(machine.txn("if version(b)=0 then put b=9"))
                .isEqualTo(txn(6, false).build());
        assertThat(machine.txn("then get b, delete zzz"))
                .isEqualTo(txn(6, true)
                        .addResponses(op(range(6, kv("b", "1", 6, 6, 1))))
                        .addResponses(op(deleted(6, 0)))
                        .build());
        assertThat(machine.rejected(Commands.txn("then put b=2, put x ignore_value")))
                .isEqualTo(EtcdError.KEY_NOT_FOUND);
        assertThat(machine.get("b")).isEqualTo(range(6, kv("b", "1", 6, 6, 1)));

        assertThat(machine.applied(Commands.compact(4)).revision()).isEqualTo(6);
        assertRefused(EtcdError.COMPACTED, () -> machine.get("a rev=3"));
        assertThat(machine.get("a rev=4")).isEqualTo(range(6));
        assertThat(machine.rejected(Commands.compact(4))).isEqualTo(EtcdError.COMPACTED);
        assertThat(machine.rejected(Commands.compact(7))).isEqualTo(EtcdError.FUTURE_REVISION);
    }

    @Test
    void compactingNothingWorksOnce() {
        assertThat(machine.rejected(Commands.compact(-1))).isEqualTo(EtcdError.COMPACTED);
        assertThat(machine.applied(Commands.compact(0)).revision()).isEqualTo(1);
        assertThat(machine.rejected(Commands.compact(0))).isEqualTo(EtcdError.COMPACTED);
    }

    @Test
    void aKeyPutWithoutItsLeaseSurvivesIt() {
        machine.applied(Commands.grant(7, 60));
        machine.put("d lease=7");
        long revision = machine.put("d").getHeader().getRevision();

        assertThat(machine.applied(Commands.revoke(7)).revision()).isEqualTo(revision);
        assertThat(machine.get("d").getCount()).isOne();
    }

    @Test
    void aRevokedLeaseTakesItsKeysInOneRevisionAndInTheirOrder() {
        machine.applied(Commands.grant(7, 60));
        machine.put("e lease=7");
        long revision = machine.put("d lease=7").getHeader().getRevision();
        machine.events.clear();

        assertThat(machine.applied(Commands.revoke(7)).revision()).isEqualTo(revision + 1);
        assertThat(machine.events)
                .containsExactly("DELETE d@%d.0".formatted(revision + 1), "DELETE e@%d.1".formatted(revision + 1));
    }

    @Test
    void ignoreValueAndLeaseKeepWhatThereWas() {
        machine.applied(Commands.grant(7, 60));
        machine.put("a=1 lease=7");
        machine.put("a ignore_value");
        assertThat(machine.get("a").getKvs(0)).isEqualTo(kv("a", "1", 2, 3, 2));
        machine.put("a=2 lease=7");
        machine.put("a=3 ignore_lease");
        assertThat(machine.get("a").getKvs(0))
                .isEqualTo(kv("a", "3", 2, 5, 4).toBuilder().setLease(7).build());
        machine.put("a ignore_value ignore_lease");
        assertThat(machine.get("a").getKvs(0))
                .isEqualTo(kv("a", "3", 2, 6, 5).toBuilder().setLease(7).build());
        assertThat(machine.rejected(Commands.put("b ignore_lease"))).isEqualTo(EtcdError.KEY_NOT_FOUND);
        assertThat(machine.rejected(Commands.put("b lease=8 ignore_value"))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
    }

    @Test
    void aDeletedRangeComesBackInKeyOrder() {
        machine.put("c=3");
        machine.put("a=1");
        machine.put("b=2");

        assertThat(machine.delete("[a,c) prev"))
                .isEqualTo(deleted(5, 2).toBuilder()
                        .addPrevKvs(kv("a", "1", 3, 3, 1))
                        .addPrevKvs(kv("b", "2", 4, 4, 1))
                        .build());
        assertThat(machine.delete("[z,a) prev")).isEqualTo(deleted(5, 0));
        assertThat(machine.delete(">=a")).isEqualTo(deleted(6, 1));
    }

    private static void assertRefused(EtcdError error, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(EtcdException.class, refusal -> assertThat(refusal.error())
                .isEqualTo(error));
    }

    static ResponseHeader at(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    static PutResponse put(long revision) {
        return PutResponse.newBuilder().setHeader(at(revision)).build();
    }

    static DeleteRangeResponse deleted(long revision, long deleted) {
        return DeleteRangeResponse.newBuilder()
                .setHeader(at(revision))
                .setDeleted(deleted)
                .build();
    }

    static RangeResponse range(long revision, KeyValue... kvs) {
        return RangeResponse.newBuilder()
                .setHeader(at(revision))
                .addAllKvs(List.of(kvs))
                .setCount(kvs.length)
                .build();
    }

    static TxnResponse.Builder txn(long revision, boolean succeeded) {
        return TxnResponse.newBuilder().setHeader(at(revision)).setSucceeded(succeeded);
    }

    static ResponseOp op(PutResponse put) {
        return ResponseOp.newBuilder().setResponsePut(put).build();
    }

    static ResponseOp op(DeleteRangeResponse delete) {
        return ResponseOp.newBuilder().setResponseDeleteRange(delete).build();
    }

    static ResponseOp op(RangeResponse range) {
        return ResponseOp.newBuilder().setResponseRange(range).build();
    }

    static ResponseOp op(TxnResponse txn) {
        return ResponseOp.newBuilder().setResponseTxn(txn).build();
    }

    static KeyValue kv(String key, String value, long create, long mod, long version) {
        return KeyValue.newBuilder()
                .setKey(Txns.bytes(key))
                .setValue(Txns.bytes(value))
                .setCreateRevision(create)
                .setModRevision(mod)
                .setVersion(version)
                .build();
    }
}
