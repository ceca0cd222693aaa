package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests that each concern one key, as if it were a register: read, write, compare and write, delete. All clients work on
 * the same few registers, and on others after some hundred calls, so that the history of each can be searched.
 */
final class RegisterWorkload {

    /** What the keys of registers begin with, and nothing else does. */
    static final String PREFIX = "r/";

    private static final int REGISTERS = 3;
    private static final int CALLS_OF_AN_ERA = 600;
    private static final int NEWEST_VERSIONS = 12;

    private final Random random;
    private final int client;
    private final Era era;

    /** Which registers are in use; all clients share one. */
    static final class Era {

        private final AtomicLong calls = new AtomicLong();

        long current() {
            return calls.getAndIncrement() / CALLS_OF_AN_ERA;
        }
    }

    RegisterWorkload(long seed, int client, Era era) {
        this.random = new Random(seed);
        this.client = client;
        this.era = era;
    }

    Message next(String id) {
        ByteString key = text("%s%d/%d".formatted(PREFIX, era.current(), random.nextInt(REGISTERS)));
        int choice = random.nextInt(100);
        if (choice < 35) {
            return read(key);
        }
        if (choice < 40) {
            return read(key).toBuilder().setSerializable(true).build();
        }
        if (choice < 60) {
            return put(key, id + ".0").toBuilder()
                    .setPrevKv(random.nextBoolean())
                    .build();
        }
        if (choice < 92) {
            return TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setKey(key)
                            .setTarget(Compare.CompareTarget.VERSION)
                            .setVersion(random.nextInt(NEWEST_VERSIONS)))
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, id + ".0")))
                    .addFailure(RequestOp.newBuilder().setRequestRange(read(key)))
                    .build();
        }
        return TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(key).setPrevKv(random.nextBoolean())))
                .addSuccess(
                        RequestOp.newBuilder().setRequestPut(put(text("marker/r%02d".formatted(client)), id + ".0")))
                .build();
    }

    private static RangeRequest read(ByteString key) {
        return RangeRequest.newBuilder().setKey(key).build();
    }

    private static PutRequest put(ByteString key, String value) {
        return PutRequest.newBuilder().setKey(key).setValue(text(value)).build();
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
