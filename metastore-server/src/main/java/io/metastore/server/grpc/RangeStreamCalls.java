package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.audit.AuditRecord;
import io.metastore.server.metrics.CallCounters;
import io.metastore.server.metrics.CallMetrics;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.mvcc.BodyBuilder;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.RangePage;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.state.CommandAccess;
import io.metastore.storage.state.TxnChecks;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * KV.RangeStream: a long range in parts, all at one revision, no faster than the client reads (etcd: v3rpc/key.go).
 *
 * <p>A part is read on the read pool when the transport asks for more, so that no more than one part is held for a client.
 */
final class RangeStreamCalls {
    static final MethodDescriptor<RangeRequest, Reply> DESCRIPTOR = KVGrpc.getRangeStreamMethod().toBuilder(
                    KVGrpc.getRangeStreamMethod().getRequestMarshaller(), Reply.MARSHALLER)
            .build();

    private static final int FIRST_CHUNK_KEYS = 10;
    private static final byte[] NO_HEADER = {};
    private static final int MORE = 3;
    private static final int COUNT = 4;

    private final MvccStore store;
    private final ReadGate gate;
    private final Executor readers;
    private final Headers headers;
    private final Access access;
    private final int targetBytes;
    private final CallCounters counters;
    private final ClientVersionHeader version;
    private final @Nullable Auditor audit;

    /**
     * @param targetBytes the size that parts grow and shrink towards; a part is between half and twice of it
     * @param audit null if there is none
     */
    RangeStreamCalls(
            MvccStore store,
            ReadGate gate,
            Executor readers,
            Headers headers,
            Access access,
            int targetBytes,
            CallMetrics metrics,
            @Nullable Auditor audit) {
        this.counters = CountedCalls.counters(metrics, DESCRIPTOR);
        this.version = new ClientVersionHeader(metrics.clients());
        this.audit = audit;
        this.store = store;
        this.gate = gate;
        this.readers = readers;
        this.headers = headers;
        this.access = access;
        this.targetBytes = targetBytes;
    }

    ServerCallHandler<RangeRequest, Reply> handler() {
        return (call, metadata) -> {
            long start = counters.started();
            version.count(metadata, DESCRIPTOR.getType());
            call.request(2);
            AuditRecord record = null;
            if (audit != null) {
                record = audit.begin(call, metadata);
                audit.identify(record, Credentials.of(call, metadata));
            }
            return new Stream(call, metadata, start, record);
        };
    }

    /** One call. Its fields belong to whoever runs {@link #step}: one task at a time, guarded by {@code stepping}. */
    private final class Stream extends ServerCall.Listener<RangeRequest> {
        private final ServerCall<RangeRequest, Reply> call;
        private final Metadata metadata;
        private final long start;
        private final @Nullable AuditRecord record;
        private @Nullable RangeRequest request;

        private @Nullable Caller caller;
        private @Nullable RangeQuery query;
        private @Nullable Key next;
        private long headerRevision;
        private long count;
        private long left;
        private int chunkKeys = FIRST_CHUNK_KEYS;

        private boolean started;
        private boolean stepping;
        private boolean finished;
        private boolean headersSent;

        Stream(ServerCall<RangeRequest, Reply> call, Metadata metadata, long start, @Nullable AuditRecord record) {
            this.start = start;
            this.record = record;
            this.call = call;
            this.metadata = metadata;
        }

        @Override
        public void onMessage(RangeRequest message) {
            request = message;
            counters.received(message.getSerializedSize());
            if (record != null) {
                record.request(message);
            }
        }

        @Override
        public void onHalfClose() {
            RangeRequest whole = request;
            if (whole == null) {
                end(Status.INTERNAL.withDescription("a range stream takes exactly one request message"));
                return;
            }
            try {
                TxnChecks.check(whole);
                RangeQuery checked = RangeQuery.fromRequest(whole);
                if (!checked.isKeyOrdered()) {
                    throw EtcdError.RANGE_STREAM_SORTED.exception();
                }
                if (checked.isFiltered()) {
                    throw EtcdError.RANGE_STREAM_FILTERED.exception();
                }
                query = checked;
                Runnable start = () -> {
                    try {
                        check(whole);
                    } catch (RuntimeException refusal) {
                        end(Replies.statusOf(refusal));
                        return;
                    }
                    synchronized (this) {
                        started = true;
                    }
                    goOn();
                };
                if (whole.getSerializable()) {
                    start.run();
                } else {
                    gate.linearizable(start, why -> end(Replies.statusOf(why)));
                }
            } catch (RuntimeException failure) {
                end(Replies.statusOf(failure));
            }
        }

        /** Once, for all of the stream; that nothing has changed meanwhile is looked at in the end. */
        private void check(RangeRequest asked) {
            AuthState auth = access.state();
            if (auth.enabled()) {
                Caller found = access.callerOf(Credentials.of(call, metadata), auth);
                Access.require(new CommandAccess(auth, found, lease -> List.of()).refusal(asked));
                caller = found;
            }
        }

        @Override
        public void onReady() {
            goOn();
        }

        @Override
        public void onCancel() {
            synchronized (this) {
                if (!finished) {
                    finished = true;
                    counters.handled(Status.Code.CANCELLED.value(), start);
                }
            }
            if (record != null) {
                record.end(Status.Code.CANCELLED);
            }
        }

        /** Reads the next part if nobody does, and the transport can take it. */
        private void goOn() {
            synchronized (this) {
                if (!started || stepping || finished || !call.isReady()) {
                    return;
                }
                stepping = true;
            }
            try {
                readers.execute(this::step);
            } catch (RejectedExecutionException full) {
                end(EtcdError.TOO_MANY_REQUESTS.status());
            }
        }

        private void step() {
            try {
                RangeQuery whole = query;
                if (whole != null) {
                    send(next == null ? begin(whole) : whole);
                }
            } catch (RuntimeException failure) {
                end(Replies.statusOf(failure));
                return;
            }
            synchronized (this) {
                stepping = false;
            }
            goOn();
        }

        private RangeQuery begin(RangeQuery asked) {
            headerRevision = store.currentRevision();
            RangeQuery pinned = asked.revision() > 0 ? asked : asked.atRevision(headerRevision);
            count = store.count(pinned.range(), pinned.revision());
            left = pinned.limit() > 0 ? pinned.limit() : Long.MAX_VALUE;
            if (pinned.limit() < 0) {
                chunkKeys = Integer.MAX_VALUE; // as etcd: who asks so gets it all at once, if it can be held
            }
            next = pinned.range().start();
            query = pinned;
            return pinned;
        }

        private void send(RangeQuery pinned) {
            Key from = next;
            if (pinned.countOnly() || from == null) {
                finish(ResponseBody.EMPTY, false);
                return;
            }
            RangePage page = store.page(pinned, from, (int) Math.min(chunkKeys, left));
            left -= page.kvs();
            next = page.next();
            if (next == null || left == 0) {
                finish(page.body(), next != null);
                return;
            }
            long bytes = page.body().size();
            if (bytes < targetBytes / 2) {
                chunkKeys = Math.min(chunkKeys * 2, 1 << 20);
            } else if (bytes > targetBytes * 2L) {
                chunkKeys = Math.max(chunkKeys / 2, 1);
            }
            message(NO_HEADER, page.body());
        }

        private void finish(ResponseBody kvs, boolean more) {
            ResponseBody body = new BodyBuilder()
                    .body(kvs)
                    .bool(MORE, more)
                    .varint(COUNT, count)
                    .build();
            message(headers.field(headerRevision), body);
            access.requireUnchangedSince(caller);
            end(Status.OK);
        }

        private void message(byte[] header, ResponseBody rest) {
            synchronized (this) {
                if (!finished && !call.isCancelled()) {
                    if (!headersSent) {
                        headersSent = true;
                        call.sendHeaders(new Metadata());
                    }
                    Reply part = new Reply(
                            NO_HEADER,
                            new BodyBuilder().message(1, header, rest).build());
                    counters.sent(part.size());
                    call.sendMessage(part);
                }
            }
        }

        private void end(Status status) {
            synchronized (this) {
                if (!finished && !call.isCancelled()) {
                    finished = true;
                    counters.handled(status.getCode().value(), start);
                    call.close(status, new Metadata());
                    if (record != null) {
                        record.revision(headerRevision).end(status.getCode());
                    }
                }
            }
        }
    }
}
