package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.List;

/**
 * Is a request of the key space well-formed? Asked before anything is proposed or read, by any thread; what depends on
 * the state is decided when the command is applied. The order of the checks is etcd's: the first that fails is the answer.
 */
public final class TxnChecks {
    /**
     * How deep transactions may nest, whatever number of operations is allowed. With etcd's default of 128 operations this
     * never bites, as each level takes at least one.
     */
    public static final int MAX_DEPTH = 128;

    /** Levels of messages that a transaction of the greatest depth takes in any message that carries it. */
    static final int MAX_MESSAGE_DEPTH = 2 * MAX_DEPTH + 16;

    private TxnChecks() {}

    public static void check(TxnRequest txn, int maxOps) {
        checkShape(txn, maxOps, 1);
        TxnKeys.check(txn);
    }

    public static void check(RangeRequest range) {
        requireKey(range.getKey());
        boolean knownSort = range.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED
                && range.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED;
        require(knownSort, EtcdError.INVALID_SORT_OPTION);
    }

    public static void check(PutRequest put) {
        requireKey(put.getKey());
        require(!put.getIgnoreValue() || put.getValue().isEmpty(), EtcdError.VALUE_PROVIDED);
        require(!put.getIgnoreLease() || put.getLease() == 0, EtcdError.LEASE_PROVIDED);
    }

    public static void check(DeleteRangeRequest delete) {
        requireKey(delete.getKey());
    }

    /** A nested transaction may have as many operations as its parent has left over. */
    private static void checkShape(TxnRequest txn, int maxOps, int depth) {
        int ops = Math.max(txn.getCompareCount(), Math.max(txn.getSuccessCount(), txn.getFailureCount()));
        require(ops <= maxOps && depth <= MAX_DEPTH, EtcdError.TOO_MANY_OPS);
        for (Compare compare : txn.getCompareList()) {
            requireKey(compare.getKey());
        }
        checkOps(txn.getSuccessList(), maxOps - ops, depth);
        checkOps(txn.getFailureList(), maxOps - ops, depth);
    }

    private static void checkOps(List<RequestOp> ops, int maxNestedOps, int depth) {
        for (RequestOp op : ops) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> check(op.getRequestRange());
                case REQUEST_PUT -> check(op.getRequestPut());
                case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
                case REQUEST_TXN -> checkShape(op.getRequestTxn(), maxNestedOps, depth + 1);
                case REQUEST_NOT_SET -> throw EtcdError.KEY_NOT_FOUND.exception();
            }
        }
    }

    private static void requireKey(ByteString key) {
        require(!key.isEmpty(), EtcdError.EMPTY_KEY);
    }

    private static void require(boolean condition, EtcdError otherwise) {
        if (!condition) {
            throw otherwise.exception();
        }
    }
}
