package io.metastore.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseLeasesResponse;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseStatus;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberAddResponse;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.bench.http2.ByteSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the loads write by hand is what protobuf reads. */
@Timeout(20)
class CallEncodingTest {
    private final KeySpace keys = new KeySpace("k/", 1000);

    private static byte[] encode(Call call) {
        assertThat(call.next()).isTrue();
        ByteSink out = new ByteSink(1);
        call.encode(out);
        return out.toByteArray();
    }

    private static String check(Call call, byte[] reply) {
        return call.check(reply, 0, reply.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 256, 20_000})
    void puts(int valueBytes) throws InvalidProtocolBufferException {
        PutLoad load = new PutLoad(keys, new Values(valueBytes, 1), 1);
        for (int i = 0; i < 100; i++) {
            PutRequest put = PutRequest.parseFrom(encode(load));
            assertThat(put.getKey().toStringUtf8()).matches("k/0000000\\d{3}");
            assertThat(put.getValue().size()).isEqualTo(valueBytes);
            assertThat(put.getUnknownFields().asMap()).isEmpty();
        }
    }

    @Test
    void valuesDiffer() throws InvalidProtocolBufferException {
        PutLoad load = new PutLoad(keys, new Values(256, 1), 1);
        assertThat(PutRequest.parseFrom(encode(load)).getValue())
                .isNotEqualTo(PutRequest.parseFrom(encode(load)).getValue());
    }

    @Test
    void gets() throws InvalidProtocolBufferException {
        assertThat(RangeRequest.parseFrom(encode(new GetLoad(keys, 1, false, 1)))
                        .getSerializable())
                .isFalse();
        RangeRequest get = RangeRequest.parseFrom(encode(new GetLoad(keys, 1, true, 1)));
        assertThat(get.getSerializable()).isTrue();
        assertThat(get.getRangeEnd()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void rangesOfAPage() throws InvalidProtocolBufferException {
        RangeLoad load = new RangeLoad(keys, 10, 990, 1);
        boolean sawLastPage = false;
        for (int i = 0; i < 200; i++) {
            RangeRequest range = RangeRequest.parseFrom(encode(load));
            int first = Integer.parseInt(range.getKey().toStringUtf8().substring(2));
            assertThat(range.getLimit()).isEqualTo(990);
            if (first == 10) {
                sawLastPage = true;
                assertThat(range.getRangeEnd()).isEqualTo(ByteString.copyFrom(new byte[1]));
            } else {
                assertThat(range.getRangeEnd().toStringUtf8()).isEqualTo("k/%010d".formatted(first + 990));
            }
        }
        assertThat(sawLastPage).isTrue();
    }

    @Test
    void counts() throws InvalidProtocolBufferException {
        Call call = new CountLoad(keys, 500).newCall();
        RangeRequest range = RangeRequest.parseFrom(encode(call));
        assertThat(range.getKey().toStringUtf8()).isEqualTo("k/");
        assertThat(range.getRangeEnd().toStringUtf8()).isEqualTo("k0");
        assertThat(range.getLimit()).isEqualTo(500);

        RangeResponse.Builder reply = RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(9))
                .addKvs(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                .setMore(true);
        assertThat(check(call, reply.setCount(1000).build().toByteArray())).isNull();
        assertThat(check(call, reply.setCount(999).build().toByteArray())).isEqualTo("counted 999 keys, not 1000");
    }

    @Test
    void txnsByVersion() throws InvalidProtocolBufferException {
        Call call = new TxnLoad(keys, new Values(300, 1), TxnLoad.Target.VERSION, 1).newCall();
        TxnRequest txn = TxnRequest.parseFrom(encode(call));
        Compare compare = txn.getCompare(0);
        assertThat(compare.getTarget()).isEqualTo(Compare.CompareTarget.VERSION);
        assertThat(compare.getResult()).isEqualTo(Compare.CompareResult.GREATER);
        assertThat(compare.getTargetUnionCase()).isEqualTo(Compare.TargetUnionCase.VERSION);
        assertThat(txn.getSuccess(0).getRequestPut().getKey()).isEqualTo(compare.getKey());
        assertThat(txn.getSuccess(0).getRequestPut().getValue().size()).isEqualTo(300);
        assertThat(txn.getFailureCount()).isZero();

        assertThat(check(
                        call,
                        TxnResponse.newBuilder().setSucceeded(true).build().toByteArray()))
                .isNull();
        assertThat(check(call, TxnResponse.getDefaultInstance().toByteArray())).contains("compare failed");
    }

    @Test
    void txnsByModRevisionLearnFromAnswers() throws InvalidProtocolBufferException {
        KeySpace one = new KeySpace("k/", 1);
        Call call = new TxnLoad(one, new Values(3, 1), TxnLoad.Target.MOD, 1).newCall();
        assertThat(modCompared(call)).isZero();

        assertThat(check(
                        call,
                        TxnResponse.newBuilder()
                                .setHeader(ResponseHeader.newBuilder().setRevision(500))
                                .addResponses(ResponseOp.newBuilder()
                                        .setResponseRange(RangeResponse.newBuilder()
                                                .setHeader(ResponseHeader.newBuilder()
                                                        .setRevision(500))
                                                .addKvs(KeyValue.newBuilder()
                                                        .setKey(ByteString.copyFromUtf8("k"))
                                                        .setCreateRevision(100)
                                                        .setModRevision(400))
                                                .setCount(1)))
                                .build()
                                .toByteArray()))
                .isNull();
        assertThat(modCompared(call)).isEqualTo(400);

        assertThat(check(
                        call,
                        TxnResponse.newBuilder()
                                .setHeader(ResponseHeader.newBuilder().setRevision(501))
                                .setSucceeded(true)
                                .build()
                                .toByteArray()))
                .isNull();
        assertThat(modCompared(call)).isEqualTo(501);
    }

    private static long modCompared(Call call) throws InvalidProtocolBufferException {
        TxnRequest txn = TxnRequest.parseFrom(encode(call));
        assertThat(txn.getCompare(0).getTarget()).isEqualTo(Compare.CompareTarget.MOD);
        assertThat(txn.getFailure(0).getRequestRange().getKey())
                .isEqualTo(txn.getCompare(0).getKey());
        assertThat(txn.getSuccess(0).getRequestPut().getKey())
                .isEqualTo(txn.getCompare(0).getKey());
        return txn.getCompare(0).getModRevision();
    }

    @Test
    void fillsInOrderAndStops() throws InvalidProtocolBufferException {
        FillLoad load = new FillLoad(new KeySpace("k/", 250), new Values(130, 1), 100);
        Call call = load.newCall();
        int key = 0;
        for (int expected : new int[] {100, 100, 50}) {
            TxnRequest txn = TxnRequest.parseFrom(encode(call));
            assertThat(txn.getSuccessCount()).isEqualTo(expected);
            assertThat(call.operations()).isEqualTo(expected);
            for (RequestOp operation : txn.getSuccessList()) {
                assertThat(operation.getRequestPut().getKey().toStringUtf8()).isEqualTo("k/%010d".formatted(key++));
            }
        }
        assertThat(call.next()).isFalse();
    }

    @Test
    void grantsThenRevokes() throws InvalidProtocolBufferException {
        Call call = new LeaseLoad(600).newCall();
        assertThat(LeaseGrantRequest.parseFrom(encode(call)).getTTL()).isEqualTo(600);
        long id = 7_587_868_453_564_391_683L;
        assertThat(check(
                        call,
                        LeaseGrantResponse.newBuilder()
                                .setID(id)
                                .setTTL(600)
                                .build()
                                .toByteArray()))
                .isNull();
        assertThat(LeaseRevokeRequest.parseFrom(encode(call)).getID()).isEqualTo(id);
        assertThat(call.path()).endsWith("LeaseRevoke");
        assertThat(LeaseGrantRequest.parseFrom(encode(call)).getTTL()).isEqualTo(600);
        assertThat(call.path()).endsWith("LeaseGrant");
    }

    @Test
    void leasesDueTogetherAreGrantedForWhatIsLeft() throws InvalidProtocolBufferException {
        long left = LeaseGrantRequest.parseFrom(encode(LeaseGrants.dueAt(System.nanoTime() + 600_500_000_000L, 1)
                        .newCall()))
                .getTTL();
        assertThat(left).isBetween(500L, 601L);
        assertThat(LeaseGrantRequest.parseFrom(
                                encode(LeaseGrants.dueAt(System.nanoTime(), 1).newCall()))
                        .getTTL())
                .isOne();
    }

    @Test
    void countsLeases() {
        LeaseCount call = new LeaseCount();
        assertThat(encode(call)).isEmpty();
        assertThat(check(
                        call,
                        LeaseLeasesResponse.newBuilder()
                                .setHeader(ResponseHeader.newBuilder().setRevision(2))
                                .addLeases(LeaseStatus.newBuilder().setID(7))
                                .addLeases(LeaseStatus.newBuilder().setID(8))
                                .build()
                                .toByteArray()))
                .isNull();
        assertThat(call.leases()).isEqualTo(2);
        assertThat(call.next()).isFalse();
    }

    @Test
    void addsAMemberAndRemovesIt() throws InvalidProtocolBufferException {
        MemberLoad add = MemberLoad.add("http://127.0.0.1:1");
        MemberAddRequest request = MemberAddRequest.parseFrom(encode(add));
        assertThat(request.getPeerURLsList()).containsExactly("http://127.0.0.1:1");
        assertThat(request.getIsLearner()).isFalse();
        assertThat(check(add, MemberAddResponse.getDefaultInstance().toByteArray()))
                .contains("without an id");
        assertThat(check(
                        add,
                        MemberAddResponse.newBuilder()
                                .setHeader(ResponseHeader.newBuilder().setMemberId(3))
                                .setMember(Member.newBuilder().setID(-5).setName("a"))
                                .addMembers(Member.newBuilder().setID(9))
                                .build()
                                .toByteArray()))
                .isNull();
        assertThat(add.id()).isEqualTo(-5);

        MemberLoad remove = MemberLoad.remove(-5);
        assertThat(MemberRemoveRequest.parseFrom(encode(remove)).getID()).isEqualTo(-5);
        assertThat(remove.path()).endsWith("MemberRemove");
    }
}
