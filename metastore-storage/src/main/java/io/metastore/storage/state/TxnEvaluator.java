package io.metastore.storage.state;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.mvcc.ResponseBody;
import java.util.Iterator;
import java.util.Optional;

/**
 * Evaluates a transaction as part of the log: compares, then the whole chosen path is checked against the state before the
 * transaction, then its operations run, each seeing those before it. Nothing is changed unless all checks pass.
 */
final class TxnEvaluator {

    private TxnEvaluator() {}

    static Outcome evaluate(TxnRequest txn, StateTxn state) {
        Branch branch = Branch.choose(txn, state.keys());
        Optional<EtcdError> refusal = refusal(branch, state);
        if (refusal.isPresent()) {
            return new Outcome.Rejected(refusal.get());
        }
        return state.applied(run(branch, state));
    }

    /** The first operation of the path that cannot be done, in their order. */
    private static Optional<EtcdError> refusal(Branch branch, StateTxn state) {
        Iterator<Branch> nested = branch.nested().iterator();
        for (RequestOp op : branch.ops()) {
            Optional<EtcdError> refusal =
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE ->
                            refusal(op.getRequestRange(), state.keys().revision(), state.compactedRevision());
                        case REQUEST_PUT -> state.refusal(op.getRequestPut());
                        case REQUEST_TXN -> refusal(nested.next(), state);
                        case REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> Optional.empty();
                    };
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Unlike a range outside of a transaction, one below 0 is not "now" but a revision, and can be compacted. */
    static Optional<EtcdError> refusal(RangeRequest range, long currentRevision, long compactedRevision) {
        long revision = range.getRevision();
        if (revision > currentRevision) {
            return Optional.of(EtcdError.FUTURE_REVISION);
        }
        return revision != 0 && revision < compactedRevision ? Optional.of(EtcdError.COMPACTED) : Optional.empty();
    }

    private static ResponseBody run(Branch branch, StateTxn state) {
        TxnBody body = new TxnBody(branch.succeeded(), branch.ops().size());
        Iterator<Branch> nested = branch.nested().iterator();
        for (RequestOp op : branch.ops()) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> {
                    ResponseBody range = state.keys()
                            .range(RangeQuery.fromRequest(op.getRequestRange()))
                            .body();
                    body.add(ResponseOp.RESPONSE_RANGE_FIELD_NUMBER, state.revision(), range);
                }
                case REQUEST_PUT -> {
                    ResponseBody put = state.put(op.getRequestPut());
                    body.add(ResponseOp.RESPONSE_PUT_FIELD_NUMBER, state.revision(), put);
                }
                case REQUEST_DELETE_RANGE -> {
                    ResponseBody delete = state.deleteRange(op.getRequestDeleteRange());
                    body.add(ResponseOp.RESPONSE_DELETE_RANGE_FIELD_NUMBER, state.revision(), delete);
                }
                case REQUEST_TXN -> body.addTxn(run(nested.next(), state));
                case REQUEST_NOT_SET -> {} // refused before it was proposed
            }
        }
        return body.build();
    }
}
