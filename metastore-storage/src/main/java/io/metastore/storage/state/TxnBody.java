package io.metastore.storage.state;

import com.google.protobuf.CodedOutputStream;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.storage.mvcc.BodyBuilder;
import io.metastore.storage.mvcc.ResponseBody;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Puts a TxnResponse together behind its header, from the bodies of the operations' responses. */
final class TxnBody {
    private static final int LENGTH_DELIMITED = 2;
    private static final int HEADER_FIELD = 1;

    private final BodyBuilder body;

    TxnBody(boolean succeeded, int ops) {
        body = new BodyBuilder(2 * ops).bool(TxnResponse.SUCCEEDED_FIELD_NUMBER, succeeded);
    }

    /** A response whose header has the revision and nothing else. */
    void add(int kind, long revision, ResponseBody rest) {
        add(kind, CodedOutputStream.computeInt64Size(ResponseHeader.REVISION_FIELD_NUMBER, revision), revision, rest);
    }

    /** The response of a nested transaction: its header is there, and empty. */
    void addTxn(ResponseBody rest) {
        add(ResponseOp.RESPONSE_TXN_FIELD_NUMBER, 0, 0, rest);
    }

    ResponseBody build() {
        return body.build();
    }

    private void add(int kind, int headerSize, long revision, ResponseBody rest) {
        long responseSize = 1L + 1 + headerSize + rest.size();
        int kindSize = CodedOutputStream.computeTagSize(kind) + CodedOutputStream.computeUInt64SizeNoTag(responseSize);
        byte[] head = new byte[kindSize + 1 + 1 + headerSize];
        CodedOutputStream out = CodedOutputStream.newInstance(head);
        try {
            out.writeTag(kind, LENGTH_DELIMITED);
            out.writeUInt64NoTag(responseSize);
            out.writeTag(HEADER_FIELD, LENGTH_DELIMITED);
            out.writeUInt32NoTag(headerSize);
            if (headerSize > 0) {
                out.writeInt64(ResponseHeader.REVISION_FIELD_NUMBER, revision);
            }
        } catch (IOException sizeIsComputed) {
            throw new UncheckedIOException(sizeIsComputed);
        }
        body.message(TxnResponse.RESPONSES_FIELD_NUMBER, head, rest);
    }
}
