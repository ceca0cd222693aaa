package io.metastore.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.bench.http2.ByteSink;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the workloads write by hand is what protobuf reads. */
@Timeout(20)
class RequestTest {
    private static final byte[] KEY = bytes("/a/key");
    private static final byte[] VALUE = bytes("a value");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encode(Request request) {
        ByteSink out = new ByteSink(1);
        request.message().encode(out);
        return out.toByteArray();
    }

    @Test
    void puts() throws InvalidProtocolBufferException {
        assertThat(PutRequest.parseFrom(encode(Request.put(KEY, VALUE))))
                .isEqualTo(PutRequest.newBuilder()
                        .setKey(ByteString.copyFrom(KEY))
                        .setValue(ByteString.copyFrom(VALUE))
                        .build());
    }

    @Test
    void getsAreLinearizableAndOfOneKey() throws InvalidProtocolBufferException {
        RangeRequest expected =
                RangeRequest.newBuilder().setKey(ByteString.copyFrom(KEY)).build();
        assertThat(RangeRequest.parseFrom(encode(Request.get(KEY)))).isEqualTo(expected);
        assertThat(RangeRequest.parseFrom(encode(Request.get(KEY, VALUE)))).isEqualTo(expected);
    }

    @Test
    void aGetKnowsItsValue() {
        ReplyCheck check = Request.get(KEY, VALUE).check();
        RangeResponse.Builder reply =
                RangeResponse.newBuilder().setHeader(ResponseHeader.newBuilder().setRevision(9));

        assertThat(problem(check, reply.build())).isEqualTo("the key is missing");
        KeyValue.Builder kv = KeyValue.newBuilder().setKey(ByteString.copyFrom(KEY));
        assertThat(problem(check, reply.clone().addKvs(kv).build())).isEqualTo("another value than was put");
        kv.setValue(ByteString.copyFromUtf8("a valuf"));
        assertThat(problem(check, reply.clone().addKvs(kv).build())).isEqualTo("another value than was put");
        kv.setValue(ByteString.copyFrom(VALUE));
        assertThat(problem(check, reply.clone().addKvs(kv).setCount(1).build())).isNull();
    }

    private static String problem(ReplyCheck check, RangeResponse response) {
        byte[] reply = response.toByteArray();
        return check.problem(reply, 0, reply.length);
    }

    @Test
    void rangesOfAPrefix() throws InvalidProtocolBufferException {
        RangeRequest whole = RangeRequest.parseFrom(encode(Request.range(bytes("/mixed/"), 0)));
        assertThat(whole.getKey().toStringUtf8()).isEqualTo("/mixed/");
        assertThat(whole.getRangeEnd().toStringUtf8()).isEqualTo("/mixed0");
        assertThat(whole.getLimit()).isZero();
        assertThat(RangeRequest.parseFrom(encode(Request.range(bytes("/mixed/"), 1000)))
                        .getLimit())
                .isEqualTo(1000);
    }

    @Test
    void deletesOneKey() throws InvalidProtocolBufferException {
        assertThat(DeleteRangeRequest.parseFrom(encode(Request.delete(KEY))))
                .isEqualTo(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(KEY))
                        .build());
    }

    @Test
    void compacts() throws InvalidProtocolBufferException {
        CompactionRequest logical = CompactionRequest.parseFrom(encode(Request.compact(4001, false)));
        assertThat(logical.getRevision()).isEqualTo(4001);
        assertThat(logical.getPhysical()).isFalse();
        assertThat(CompactionRequest.parseFrom(encode(Request.compact(1, true))).getPhysical())
                .isTrue();
    }

    @Test
    void createsIfAbsent() throws InvalidProtocolBufferException {
        TxnRequest txn = TxnRequest.parseFrom(encode(Request.create(KEY, VALUE, ReplyCheck.NONE)));

        ByteString key = ByteString.copyFrom(KEY);
        assertThat(txn)
                .isEqualTo(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder().setKey(key).setVersion(0))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(
                                        PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(VALUE))))
                        .addFailure(RequestOp.newBuilder()
                                .setRequestRange(RangeRequest.newBuilder().setKey(key)))
                        .build());
    }
}
