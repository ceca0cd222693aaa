package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Random transactions: most of them valid, some with every mistake there is. */
final class TxnGenerator {

    /** Nesting that every etcd client stays far below. */
    private static final int MAX_DEPTH = 6;

    private static final int MAX_OPS = 128;

    private final Random random;
    private final Keys keys;
    private final KvGenerator kv;

    TxnGenerator(Random random, Keys keys, KvGenerator kv) {
        this.random = random;
        this.keys = keys;
        this.kv = kv;
    }

    TxnRequest next(Knowledge knowledge) {
        TxnRequest txn = any(knowledge);
        return deletes(txn) ? withoutIgnore(txn) : txn;
    }

    private TxnRequest any(Knowledge knowledge) {
        int choice = random.nextInt(100);
        if (choice < 2) {
            return sized(knowledge);
        }
        if (choice < 4) {
            return chain(knowledge, 1 + random.nextInt(MAX_DEPTH));
        }
        if (choice < 16) {
            return duplicates();
        }
        return random(knowledge, 0);
    }

    private static boolean deletes(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
                .anyMatch(op -> op.hasRequestDeleteRange() || (op.hasRequestTxn() && deletes(op.getRequestTxn())));
    }

    /** See {@link KnownDifference#PUT_THAT_KEEPS_WHAT_WAS_DELETED}. */
    private static TxnRequest withoutIgnore(TxnRequest txn) {
        TxnRequest.Builder changed = txn.toBuilder();
        Stream.concat(changed.getSuccessBuilderList().stream(), changed.getFailureBuilderList().stream())
                .forEach(op -> {
                    if (op.hasRequestPut()) {
                        op.getRequestPutBuilder().clearIgnoreValue().clearIgnoreLease();
                    } else if (op.hasRequestTxn()) {
                        op.setRequestTxn(withoutIgnore(op.getRequestTxn()));
                    }
                });
        return changed.build();
    }

    /** Fills the bulk keys, so that long ranges have something to be long over. */
    TxnRequest bulk() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        int from = random.nextInt(Keys.BULK_KEYS - 100);
        for (int i = 0; i < 100; i++) {
            txn.addSuccess(put(Keys.bulk(from + i)));
        }
        return txn.build();
    }

    private TxnRequest random(Knowledge knowledge, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare(knowledge));
        }
        boolean readOnly = random.nextInt(6) == 0;
        branch(knowledge, depth, readOnly).forEach(txn::addSuccess);
        branch(knowledge, depth, readOnly).forEach(txn::addFailure);
        return txn.build();
    }

    private List<RequestOp> branch(Knowledge knowledge, int depth, boolean readOnly) {
        List<RequestOp> ops = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            ops.add(op(knowledge, depth, readOnly));
        }
        return ops;
    }

    private RequestOp op(Knowledge knowledge, int depth, boolean readOnly) {
        RequestOp.Builder op = RequestOp.newBuilder();
        int choice = readOnly ? 0 : random.nextInt(100);
        if (choice < 30) {
            return op.setRequestRange(kv.range(knowledge)).build();
        }
        if (choice < 70) {
            return op.setRequestPut(kv.put(knowledge)).build();
        }
        if (choice < 85) {
            return op.setRequestDeleteRange(kv.delete()).build();
        }
        if (choice < 98 && depth < MAX_DEPTH) {
            return op.setRequestTxn(random(knowledge, depth + 1)).build();
        }
        return choice < 99 ? op.setRequestRange(kv.range(knowledge)).build() : op.build();
    }

    Compare compare(Knowledge knowledge) {
        Keys.Range range = keys.smallRange();
        Compare.Builder compare = Compare.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setResultValue(rarely() ? 9 : random.nextInt(4))
                .setTargetValue(rarely() ? 9 : random.nextInt(5));
        // Mostly the operand that belongs to the target; now and then another one, or none.
        int operand = rarely() ? random.nextInt(6) : compare.getTargetValue();
        switch (operand) {
            case 0 -> compare.setVersion(random.nextInt(4));
            case 1 -> compare.setCreateRevision(random.nextBoolean() ? 0 : near(knowledge.revision()));
            case 2 -> compare.setModRevision(random.nextBoolean() ? 0 : near(knowledge.revision()));
            case 3 -> compare.setValue(keys.value());
            case 4 -> compare.setLease(random.nextBoolean() ? 0 : kv.lease(knowledge));
            default -> {}
        }
        return compare.build();
    }

    /** Around the limit of operations, at the top or one level down. */
    private TxnRequest sized(Knowledge knowledge) {
        int size = MAX_OPS - 1 + random.nextInt(3);
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        switch (random.nextInt(4)) {
            case 0 -> fill(txn, size, true);
            case 1 -> fill(txn, size, false);
            case 2 -> {
                for (int i = 0; i < size; i++) {
                    txn.addCompare(compare(knowledge));
                }
            }
            default -> {
                int outer = 1 + random.nextInt(100);
                TxnRequest.Builder inner = TxnRequest.newBuilder();
                fill(inner, size - outer, random.nextBoolean());
                fill(txn, outer - 1, true);
                txn.addSuccess(RequestOp.newBuilder().setRequestTxn(inner));
            }
        }
        return txn.build();
    }

    private void fill(TxnRequest.Builder txn, int size, boolean success) {
        for (int i = 0; i < size; i++) {
            RequestOp put = put(Keys.utf8("n/%03d/%d".formatted(i, random.nextInt(2))));
            if (success) {
                txn.addSuccess(put);
            } else {
                txn.addFailure(put);
            }
        }
    }

    private TxnRequest chain(Knowledge knowledge, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        if (random.nextBoolean()) {
            txn.addCompare(compare(knowledge));
        }
        RequestOp inner = depth == 0
                ? put(keys.key())
                : RequestOp.newBuilder()
                        .setRequestTxn(chain(knowledge, depth - 1))
                        .build();
        return (random.nextInt(4) == 0 ? txn.addFailure(inner) : txn.addSuccess(inner)).build();
    }

    /** Puts and deletes of the same few keys at several levels: the rules on duplicates, and their exceptions. */
    private TxnRequest duplicates() {
        return duplicates(2, "d" + random.nextInt(2));
    }

    private TxnRequest duplicates(int depth, String prefix) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int branch = 0; branch < 2; branch++) {
            for (int i = random.nextInt(3); i > 0; i--) {
                RequestOp op = duplicate(depth, prefix);
                if (branch == 0) {
                    txn.addSuccess(op);
                } else {
                    txn.addFailure(op);
                }
            }
        }
        return txn.build();
    }

    private RequestOp duplicate(int depth, String prefix) {
        ByteString key = Keys.utf8(prefix + random.nextInt(4));
        RequestOp.Builder op = RequestOp.newBuilder();
        int choice = random.nextInt(10);
        if (choice < 5) {
            return put(key);
        }
        if (choice < 8 || depth == 0) {
            ByteString[] ends = {ByteString.EMPTY, Keys.ZERO, Keys.utf8(prefix + "2"), Keys.utf8(prefix + "~")};
            return op.setRequestDeleteRange(kv.delete().toBuilder().setKey(key).setRangeEnd(ends[random.nextInt(4)]))
                    .build();
        }
        return op.setRequestTxn(duplicates(depth - 1, prefix)).build();
    }

    private RequestOp put(ByteString key) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        io.metastore.api.rpc.PutRequest.newBuilder().setKey(key).setValue(keys.value()))
                .build();
    }

    private long near(long revision) {
        return revision - random.nextInt(20);
    }

    private boolean rarely() {
        return random.nextInt(40) == 0;
    }
}
