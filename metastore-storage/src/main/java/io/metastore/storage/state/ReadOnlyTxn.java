package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.mvcc.ReadView;

/** Evaluates a transaction that only reads, past the log: compares and ranges all look at one published revision. */
public final class ReadOnlyTxn {

    private ReadOnlyTxn() {}

    /**
     * Any thread that may read the engine. Nothing is waited for: a barrier, if the transaction wants one, was passed
     * before.
     *
     * @throws io.metastore.api.EtcdException COMPACTED or FUTURE_REVISION
     */
    public static Outcome.Applied evaluate(TxnRequest txn, MvccStore store) {
        assert TxnKind.isReadOnly(txn) : "only the log may change the state";
        return store.read(view -> evaluate(txn, view, store.compactedRevision()));
    }

    private static Outcome.Applied evaluate(TxnRequest txn, ReadView view, long compactedRevision) {
        Branch branch = Branch.choose(txn, view);
        TxnBody body = new TxnBody(branch.succeeded(), branch.ops().size());
        for (RequestOp op : branch.ops()) {
            RangeRequest range = op.getRequestRange();
            TxnEvaluator.refusal(range, view.revision(), compactedRevision).ifPresent(ReadOnlyTxn::refuse);
            body.add(
                    ResponseOp.RESPONSE_RANGE_FIELD_NUMBER,
                    view.revision(),
                    view.range(RangeQuery.fromRequest(range)).body());
        }
        return new Outcome.Applied(view.revision(), body.build());
    }

    private static void refuse(EtcdError error) {
        throw error.exception();
    }
}
