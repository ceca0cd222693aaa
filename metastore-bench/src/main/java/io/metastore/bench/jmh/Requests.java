package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.nio.charset.StandardCharsets;

/** What the benchmarks of the member and those of the store ask for alike. */
final class Requests {
    /** Keys that reads go to. */
    static final int KEYS = 1_000;

    /** 15 bytes. */
    static final ByteString VALUE = ByteString.copyFrom("benchmark-value", StandardCharsets.US_ASCII);

    private Requests() {}

    static ByteString key(String prefix, long number) {
        return ByteString.copyFromUtf8(prefix + number);
    }

    static PutRequest put(ByteString key, ByteString value) {
        return PutRequest.newBuilder().setKey(key).setValue(value).build();
    }

    /** All keys of a prefix that ends with {@code /}; a limit of 0 is none. */
    static RangeRequest directory(String prefix, long limit) {
        String end = prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1);
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(prefix))
                .setRangeEnd(ByteString.copyFromUtf8(end))
                .setLimit(limit)
                .build();
    }

    /** A put if the key is absent, else a get. */
    static TxnRequest create(ByteString key, ByteString value) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setVersion(0))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, value)))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key)))
                .build();
    }
}
