package io.metastore.storage.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.mvcc.RangeResult;
import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.watch.ChangeListener;
import java.util.ArrayList;
import java.util.List;

/** A state machine on the heap whose every command is a batch of its own, and which answers as a server would. */
final class Machine implements AutoCloseable {
    static final long TERM = 2;
    /** Of the entry that a command says it comes from; nothing but a token depends on it. */
    static final long INDEX = 7;

    final KvEngine engine = new MemoryEngine();
    final StateMachine state = StateMachine.open(engine, StateConfig.DEFAULT);
    /** What listeners heard, such as "PUT a@2.0". */
    final List<String> events = new ArrayList<>();

    private long index;

    Machine() {
        state.addListener(new ChangeListener() {
            @Override
            public void published(long revision, List<Change> changes) {
                changes.forEach(change ->
                        events.add((change.tombstone() ? "DELETE " : "PUT ") + change.key() + "@" + change.revision()));
            }

            @Override
            public void compacted(long compactRevision) {
                events.add("COMPACT " + compactRevision);
            }

            @Override
            public void reset() {
                events.add("RESET");
            }
        });
    }

    Outcome apply(Command command) {
        Outcome outcome = state.apply(command, INDEX, TERM);
        state.commit(++index, TERM);
        return outcome;
    }

    Outcome.Applied applied(Command command) {
        return apply(command).orThrow();
    }

    EtcdError rejected(Command command) {
        return ((Outcome.Rejected) apply(command)).error();
    }

    PutResponse put(String text) {
        return (PutResponse) answer(applied(Commands.put(text)), PutResponse.newBuilder());
    }

    DeleteRangeResponse delete(String text) {
        return (DeleteRangeResponse) answer(applied(Commands.delete(text)), DeleteRangeResponse.newBuilder());
    }

    /** Past the log if it only reads. */
    TxnResponse txn(String text) {
        TxnRequest request = Txns.txn(text);
        Outcome.Applied applied = TxnKind.isReadOnly(request)
                ? ReadOnlyTxn.evaluate(request, state.store())
                : applied(new Command.Txn(request));
        return (TxnResponse) answer(applied, TxnResponse.newBuilder());
    }

    RangeResponse get(String text) {
        RangeResult result = state.store().range(RangeQuery.fromRequest(Txns.get(text)));
        return (RangeResponse) answer(result.revision(), result.body(), RangeResponse.newBuilder());
    }

    long index() {
        return index;
    }

    @Override
    public void close() {
        state.close();
        engine.close();
    }

    static Message answer(Outcome.Applied applied, Message.Builder response) {
        return answer(applied.revision(), applied.body(), response);
    }

    /** The whole message, with no more than the revision in its header. */
    private static Message answer(long revision, ResponseBody body, Message.Builder response) {
        assertThatSizeIsRight(body);
        response.setField(
                response.getDescriptorForType().findFieldByName("header"),
                ResponseHeader.newBuilder().setRevision(revision).build());
        try {
            return response.mergeFrom(body.toByteArray()).build();
        } catch (InvalidProtocolBufferException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static void assertThatSizeIsRight(ResponseBody body) {
        if (body.size() != body.toByteArray().length) {
            throw new AssertionError("says %d bytes, has %d".formatted(body.size(), body.toByteArray().length));
        }
    }
}
