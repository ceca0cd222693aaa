package io.metastore.storage.state;

import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.List;

/** How many bytes a request counts for against the space quota: etcd's estimate, on which clients' alarms depend. */
final class SpaceCost {
    static final long LEASE = 64;
    private static final long KEY_OVERHEAD = 256;

    private SpaceCost() {}

    static long of(PutRequest put) {
        return KEY_OVERHEAD + put.getKey().size() + put.getValue().size();
    }

    /** Of the dearer branch, whichever will run. */
    static long of(TxnRequest txn) {
        return Math.max(of(txn.getSuccessList()), of(txn.getFailureList()));
    }

    private static long of(List<RequestOp> ops) {
        long cost = 0;
        for (RequestOp op : ops) {
            if (op.hasRequestPut()) {
                cost += of(op.getRequestPut());
            } else if (op.hasRequestTxn()) {
                cost += of(op.getRequestTxn());
            }
        }
        return cost;
    }
}
