package io.metastore.server.slow;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as the log shows it: keys and options, of a value its size alone, and of what may hold a password nothing (etcd:
 * api/etcdserverpb/raft_internal_stringer.go).
 */
final class RequestText {
    private static final int MAX_CHARS = 1000;

    private RequestText() {}

    /** Empty for requests other than of KV. */
    static String of(@Nullable Object request) {
        if (request instanceof PutRequest put) {
            return cut(text(put));
        }
        if (request instanceof TxnRequest txn) {
            return cut(text(txn));
        }
        return request instanceof RangeRequest
                        || request instanceof DeleteRangeRequest
                        || request instanceof CompactionRequest
                ? cut(print((MessageOrBuilder) request))
                : "";
    }

    private static String text(PutRequest put) {
        return print(put.toBuilder().setValue(ByteString.EMPTY)) + " value_size:"
                + put.getValue().size();
    }

    private static String text(TxnRequest txn) {
        StringBuilder text = new StringBuilder();
        for (Compare compare : txn.getCompareList()) {
            text.append("compare:<").append(print(withoutValue(compare))).append("> ");
        }
        appendTo(text, "success", txn.getSuccessList());
        appendTo(text, "failure", txn.getFailureList());
        return text.toString().strip();
    }

    private static void appendTo(StringBuilder text, String branch, List<RequestOp> operations) {
        for (RequestOp operation : operations) {
            if (text.length() > MAX_CHARS) {
                return;
            }
            text.append(branch).append(":<");
            switch (operation.getRequestCase()) {
                case REQUEST_PUT ->
                    text.append("request_put:<")
                            .append(text(operation.getRequestPut()))
                            .append('>');
                case REQUEST_TXN ->
                    text.append("request_txn:<")
                            .append(text(operation.getRequestTxn()))
                            .append('>');
                case REQUEST_RANGE, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> text.append(print(operation));
            }
            text.append("> ");
        }
    }

    private static MessageOrBuilder withoutValue(Compare compare) {
        return compare.hasValue() ? compare.toBuilder().setValue(ByteString.EMPTY) : compare;
    }

    private static String print(MessageOrBuilder message) {
        return TextFormat.printer()
                .emittingSingleLine(true)
                .printToString(message)
                .strip();
    }

    private static String cut(String text) {
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "...";
    }
}
