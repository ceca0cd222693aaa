package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One key, as if there were no others and no revisions: its value and how often it was written since it was created. Absent is
 * version 0.
 */
record Register(ByteString value, long version) {

    static final Register ABSENT = new Register(ByteString.EMPTY, 0);

    /**
     * What the register becomes by a call that concerns the key alone; empty if the call cannot have been answered so by a
     * register in this state. Without an answer anything is possible.
     */
    Optional<Register> after(ByteString key, Message request, @Nullable Message response) {
        if (request instanceof PutRequest put) {
            return after(put, (PutResponse) response);
        }
        if (request instanceof RangeRequest) {
            return after((RangeResponse) response);
        }
        if (request instanceof TxnRequest txn) {
            return after(key, txn, (TxnResponse) response);
        }
        throw new IllegalArgumentException("not of a register: " + request);
    }

    private Optional<Register> after(PutRequest put, @Nullable PutResponse response) {
        boolean possible = response == null || !put.getPrevKv() || is(response.getPrevKv());
        return possible ? Optional.of(new Register(put.getValue(), version + 1)) : Optional.empty();
    }

    private Optional<Register> after(@Nullable RangeResponse response) {
        return response == null || isFirstOf(response.getKvsList()) ? Optional.of(this) : Optional.empty();
    }

    private Optional<Register> after(DeleteRangeRequest delete, @Nullable DeleteRangeResponse response) {
        boolean possible = response == null
                || (response.getDeleted() == (version == 0 ? 0 : 1)
                        && (!delete.getPrevKv() || isFirstOf(response.getPrevKvsList())));
        return possible ? Optional.of(ABSENT) : Optional.empty();
    }

    private Optional<Register> after(ByteString key, TxnRequest txn, @Nullable TxnResponse response) {
        boolean succeeds = txn.getCompareList().stream().allMatch(this::holds);
        if (response != null && response.getSucceeded() != succeeds) {
            return Optional.empty();
        }
        List<RequestOp> branch = succeeds ? txn.getSuccessList() : txn.getFailureList();
        Optional<Register> next = Optional.of(this);
        for (int i = 0; i < branch.size() && next.isPresent(); i++) {
            next = next.get().after(key, branch.get(i), response == null ? null : response.getResponses(i));
        }
        return next;
    }

    private Optional<Register> after(ByteString key, RequestOp op, @Nullable ResponseOp response) {
        if (op.hasRequestPut() && op.getRequestPut().getKey().equals(key)) {
            return after(op.getRequestPut(), response == null ? null : response.getResponsePut());
        }
        if (op.hasRequestRange() && op.getRequestRange().getKey().equals(key)) {
            return after(response == null ? null : response.getResponseRange());
        }
        if (op.hasRequestDeleteRange() && op.getRequestDeleteRange().getKey().equals(key)) {
            return after(op.getRequestDeleteRange(), response == null ? null : response.getResponseDeleteRange());
        }
        return Optional.of(this); // of another key
    }

    private boolean holds(Compare compare) {
        if (compare.getTarget() != Compare.CompareTarget.VERSION
                || compare.getResult() != Compare.CompareResult.EQUAL) {
            throw new IllegalArgumentException("not of a register: " + compare);
        }
        return compare.getVersion() == version;
    }

    private boolean isFirstOf(List<KeyValue> kvs) {
        return kvs.isEmpty() ? version == 0 : is(kvs.get(0));
    }

    private boolean is(KeyValue kv) {
        return kv.getVersion() == version && kv.getValue().equals(value);
    }
}
