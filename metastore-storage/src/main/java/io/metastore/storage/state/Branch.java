package io.metastore.storage.state;

import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.mvcc.ReadView;
import java.util.ArrayList;
import java.util.List;

/**
 * The way a transaction goes: which of its two lists runs, and the same for each transaction nested in that list, in their
 * order. All compares are decided before the first operation, on the state before the whole transaction.
 */
record Branch(boolean succeeded, List<RequestOp> ops, List<Branch> nested) {

    static Branch choose(TxnRequest txn, ReadView before) {
        boolean succeeded = Compares.allHold(txn.getCompareList(), before);
        List<RequestOp> ops = succeeded ? txn.getSuccessList() : txn.getFailureList();
        List<Branch> nested = List.of();
        for (RequestOp op : ops) {
            if (op.hasRequestTxn()) {
                if (nested.isEmpty()) {
                    nested = new ArrayList<>();
                }
                nested.add(choose(op.getRequestTxn(), before));
            }
        }
        return new Branch(succeeded, ops, nested);
    }
}
