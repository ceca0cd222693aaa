package io.metastore.server.process;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Random requests that a checker can find again: each value is the id of its call, a dot, and filling; and what deletes puts
 * a marker along.
 */
public final class Workload {

    public static final int LEASES = 4;

    private static final int KEYS = 40;
    private static final ByteString END = ByteString.copyFromUtf8("l");

    private final Random random;
    private final int client;

    public Workload(long seed, int client) {
        this.random = new Random(seed);
        this.client = client;
    }

    /** The ids of the leases that must be there, granted for ever. */
    public static List<Long> leases() {
        return LongStream.rangeClosed(1, LEASES).boxed().toList();
    }

    public Message next(String id) {
        int choice = random.nextInt(100);
        if (choice < 45) {
            return put(key(), id, 0);
        }
        if (choice < 60) {
            return TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setKey(key())
                            .setTarget(Compare.CompareTarget.VERSION)
                            .setVersion(random.nextInt(4)))
                    .addSuccess(op(put(key(), id, 0)))
                    .addFailure(RequestOp.newBuilder().setRequestRange(read(false)))
                    .build();
        }
        if (choice < 75) {
            // Two different keys, a range that goes, and something of every kind to tear apart.
            return TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestDeleteRange(delete()))
                    .addSuccess(op(put(ByteString.copyFromUtf8("marker/%02d".formatted(client)), id, 0)))
                    .addSuccess(op(put(ByteString.copyFromUtf8("pair/%02d".formatted(client)), id, 1)))
                    .build();
        }
        return choice < 88 ? read(false) : read(true);
    }

    private RangeRequest read(boolean serializable) {
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key()).setSerializable(serializable);
        if (random.nextInt(4) == 0) {
            range.setRangeEnd(END).setLimit(random.nextInt(10)).setCountOnly(random.nextInt(4) == 0);
        }
        return range.build();
    }

    private DeleteRangeRequest delete() {
        int from = random.nextInt(KEYS);
        return DeleteRangeRequest.newBuilder()
                .setKey(key(from))
                .setRangeEnd(key(from + random.nextInt(3)))
                .setPrevKv(random.nextBoolean())
                .build();
    }

    private PutRequest put(ByteString key, String id, int number) {
        String filling = "x".repeat(random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(200));
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(id + "." + number + filling))
                .setPrevKv(random.nextInt(3) == 0)
                .setLease(random.nextInt(4) == 0 ? 1 + random.nextInt(LEASES) : 0)
                .build();
    }

    private ByteString key() {
        return key(random.nextInt(KEYS));
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("k%02d".formatted(number));
    }

    private static RequestOp op(PutRequest put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }
}
