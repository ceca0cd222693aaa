package io.metastore.server.grpc;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.grpc.UnaryCalls.Answer;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.mvcc.RangeResult;
import io.metastore.storage.state.CommandAccess;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.ReadOnlyTxn;
import io.metastore.storage.state.TxnKind;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * KV's reads: through the gate if they are linearizable, then on the event loop where the answer is at hand, else on the read
 * pool. One object for each call, which also knows how long it takes.
 */
final class ReadCalls {
    private final MvccStore store;
    private final ReadGate gate;
    private final Executor readers;
    private final Headers headers;
    private final Access access;
    private final RequestMetrics metrics;

    /**
     * @param readers runs reads that may touch the disk
     */
    ReadCalls(
            MvccStore store, ReadGate gate, Executor readers, Headers headers, Access access, RequestMetrics metrics) {
        this.store = store;
        this.gate = gate;
        this.readers = readers;
        this.headers = headers;
        this.access = access;
        this.metrics = metrics;
    }

    /** A request that has been found well-formed. */
    void range(RangeRequest request, Answer answer) {
        start(request.getSerializable(), new RangeCall(RangeQuery.fromRequest(request), answer));
    }

    /** A request that has been found well-formed, and reads only. */
    void txn(TxnRequest request, Answer answer) {
        start(TxnKind.isSerializable(request), new TxnCall(request, answer));
    }

    private void start(boolean serializable, Read read) {
        if (serializable) {
            read.run();
        } else {
            gate.linearizable(read, read);
        }
    }

    /** What is attached to a lease takes no part in what a read needs. */
    private static CommandAccess accessOf(AuthState auth, Caller caller) {
        return new CommandAccess(auth, caller, lease -> List.of());
    }

    /** One call: run behind the gate, or told why that does not let it through. */
    private abstract class Read implements Runnable, Consumer<Throwable> {
        final Answer answer;
        private boolean isOver;

        Read(Answer answer) {
            this.answer = answer;
        }

        /**
         * Goes on behind the gate.
         *
         * @param caller null where nobody asks who it is
         */
        abstract void read(@Nullable Caller caller);

        abstract @Nullable EtcdError refusal(CommandAccess permit);

        abstract void took(boolean success);

        @Override
        public void run() {
            try {
                AuthState auth = access.state();
                Caller caller = null;
                if (auth.enabled()) {
                    caller = answer.caller(access, auth);
                    Access.require(refusal(accessOf(auth, caller)));
                }
                read(caller);
            } catch (RuntimeException failure) {
                accept(failure);
            }
        }

        @Override
        public void accept(Throwable failure) {
            end(false);
            boolean isFull = failure instanceof RejectedExecutionException;
            answer.fail(isFull ? EtcdError.TOO_MANY_REQUESTS.exception() : failure);
        }

        void reply(Reply reply, @Nullable Caller caller) {
            access.requireUnchangedSince(caller);
            end(true);
            answer.reply(reply);
        }

        private void end(boolean success) {
            if (!isOver) {
                isOver = true;
                took(success);
            }
        }
    }

    private final class RangeCall extends Read {
        private final RangeQuery query;
        private final long startNanos = System.nanoTime();
        private boolean isReading;
        private long readNanos;

        RangeCall(RangeQuery query, Answer answer) {
            super(answer);
            this.query = query;
        }

        @Override
        @Nullable
        EtcdError refusal(CommandAccess permit) {
            return permit.refusalToRead(query.range());
        }

        @Override
        void read(@Nullable Caller caller) {
            readNanos = System.nanoTime();
            isReading = true;
            RangeResult hot = store.rangeIfHot(query);
            if (hot != null) {
                reply(hot, caller);
                return;
            }
            readers.execute(() -> {
                try {
                    reply(store.range(query), caller);
                } catch (RuntimeException failure) {
                    accept(failure);
                }
            });
        }

        private void reply(RangeResult result, @Nullable Caller caller) {
            reply(Reply.at(result.revision(), headers, result.body()), caller);
        }

        @Override
        void took(boolean success) {
            long now = System.nanoTime();
            metrics.ranged(success, now - startNanos, isReading ? now - readNanos : -1);
        }
    }

    /** Timed from behind the gate on, as in etcd (v3_server.go, Txn). */
    private final class TxnCall extends Read {
        private final TxnRequest request;
        private boolean isReading;
        private long readNanos;

        TxnCall(TxnRequest request, Answer answer) {
            super(answer);
            this.request = request;
        }

        @Override
        @Nullable
        EtcdError refusal(CommandAccess permit) {
            return permit.refusal(request);
        }

        @Override
        public void run() {
            isReading = true;
            readNanos = System.nanoTime();
            super.run();
        }

        @Override
        void read(@Nullable Caller caller) {
            readers.execute(() -> {
                try {
                    Outcome.Applied outcome = ReadOnlyTxn.evaluate(request, store);
                    reply(Reply.at(outcome.revision(), headers, outcome.body()), caller);
                } catch (RuntimeException failure) {
                    accept(failure);
                }
            });
        }

        @Override
        void took(boolean success) {
            if (isReading) {
                metrics.readTxn(success, System.nanoTime() - readNanos);
            }
        }
    }
}
