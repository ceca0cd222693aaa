package io.metastore.storage.state;

import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.List;
import java.util.function.Predicate;

/** Which way a transaction goes: through the log, or past it as a read. */
public final class TxnKind {

    private TxnKind() {}

    /** Nothing but ranges in either branch. A nested transaction goes through the log even if it only reads. */
    public static boolean isReadOnly(TxnRequest txn) {
        return all(txn, RequestOp::hasRequestRange);
    }

    /** A read that needs no barrier: each range says so itself. One without any operation counts as saying so, as in etcd. */
    public static boolean isSerializable(TxnRequest txn) {
        return all(txn, op -> op.hasRequestRange() && op.getRequestRange().getSerializable());
    }

    private static boolean all(TxnRequest txn, Predicate<RequestOp> condition) {
        return all(txn.getSuccessList(), condition) && all(txn.getFailureList(), condition);
    }

    private static boolean all(List<RequestOp> ops, Predicate<RequestOp> condition) {
        for (RequestOp op : ops) {
            if (!condition.test(op)) {
                return false;
            }
        }
        return true;
    }
}
