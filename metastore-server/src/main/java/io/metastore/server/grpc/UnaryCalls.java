package io.metastore.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.audit.AuditRecord;
import io.metastore.server.audit.Origin;
import io.metastore.server.metrics.CallCounters;
import io.metastore.server.metrics.CallMetrics;
import io.metastore.server.slow.SlowCalls;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.mvcc.ResponseTooLargeException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves unary calls whose answers are {@link Reply} bytes, with as little between the frame and the handler as gRPC
 * allows: the hot methods go through here.
 */
final class UnaryCalls {
    static final Metadata.Key<String> HAS_LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final BooleanSupplier leaderKnown;
    private final BooleanSupplier learner;
    private final int maxMessageBytes;
    private final ReplyBudget budget;
    private final CallMetrics metrics;
    private final SlowCalls slow;
    private final @Nullable Auditor audit;
    private final ClientVersionHeader version;

    /**
     * @param learner whether this member is one, which serves serializable reads only
     * @param maxMessageBytes largest request message; a larger one is refused with grpc-go's text
     * @param budget for large answers; an answer that does not fit is refused
     * @param audit null if there is none
     */
    UnaryCalls(
            BooleanSupplier leaderKnown,
            BooleanSupplier learner,
            int maxMessageBytes,
            ReplyBudget budget,
            CallMetrics metrics,
            SlowCalls slow,
            @Nullable Auditor audit) {
        this.metrics = metrics;
        this.slow = slow;
        this.audit = audit;
        this.version = new ClientVersionHeader(metrics.clients());
        this.budget = budget;
        this.learner = learner;
        this.leaderKnown = leaderKnown;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** The caller's side of one call: answer or failure, once, on any thread. */
    static final class Answer implements SlowCalls.Call {
        private final ServerCall<?, Reply> call;
        private final Metadata headers;
        private final Request<?> request;
        private final UnaryCalls shared;
        private final CallCounters counters;
        private final long since;
        private final @Nullable AuditRecord record;
        private final long start;
        private volatile boolean closed;
        // Of the budget; negative when the call has ended.
        private long held;

        Answer(
                ServerCall<?, Reply> call,
                Metadata headers,
                Request<?> request,
                UnaryCalls shared,
                CallCounters counters,
                long start,
                @Nullable AuditRecord record) {
            this.record = record;
            this.counters = counters;
            this.start = start;
            this.call = call;
            this.headers = headers;
            this.request = request;
            this.shared = shared;
            this.since = shared.slow.now();
        }

        Credentials credentials() {
            return Credentials.of(call, headers);
        }

        Origin origin() {
            return Origin.of(call.getAttributes(), headers);
        }

        /**
         * Whose call it is.
         *
         * @throws io.metastore.api.EtcdException INVALID_AUTH_TOKEN
         */
        Caller caller(Access access, AuthState auth) {
            Caller caller = access.callerOf(credentials(), auth);
            if (record != null) {
                record.user(caller.user());
            }
            return caller;
        }

        void reply(Reply reply) {
            if (call.isCancelled()) {
                return;
            }
            if (reply.size() > Integer.MAX_VALUE) {
                fail(new ResponseTooLargeException(reply.size(), Integer.MAX_VALUE));
                return;
            }
            if (reply.size() >= ReplyBudget.LARGE_BYTES && !take(reply.size())) {
                fail(EtcdError.TOO_MANY_REQUESTS.exception());
                return;
            }
            closed = true;
            counters.sent(reply.size());
            counters.handled(Status.Code.OK.value(), start);
            call.sendHeaders(new Metadata());
            call.sendMessage(reply);
            call.close(Status.OK, new Metadata());
            shared.slow.ended(since, this, reply.size());
            if (record != null) {
                record.revision(reply.revision()).end(Status.Code.OK);
            }
        }

        private synchronized boolean take(long bytes) {
            if (held < 0 || !shared.budget.take(bytes)) {
                return false;
            }
            held = bytes;
            return true;
        }

        /** Nothing more leaves for this call. */
        private synchronized void ended() {
            if (held > 0) {
                shared.budget.give(held);
            }
            held = -1;
        }

        void fail(Throwable failure) {
            if (!call.isCancelled()) {
                Status status = Replies.statusOf(failure);
                closed = true;
                counters.handled(status.getCode().value(), start);
                call.close(status, new Metadata());
                shared.slow.ended(since, this, -1);
                tellEnd(shared.audit, record, credentials(), status);
            }
        }

        @Override
        public String method() {
            return call.getMethodDescriptor().getFullMethodName();
        }

        @Override
        public String remote() {
            return SlowCalls.remote(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        @Override
        public @Nullable Object request() {
            return request.message();
        }

        @Override
        public long requestBytes() {
            return request.bytes();
        }
    }

    /** Tells the audit log of a call that was refused, perhaps before anybody asked whose it is. */
    private static void tellEnd(
            @Nullable Auditor audit, @Nullable AuditRecord record, Credentials credentials, Status status) {
        if (audit != null && record != null) {
            if (!record.hasUser()) {
                audit.identify(record, credentials);
            }
            record.end(status.getCode());
        }
    }

    /** A call handler that runs the method on the thread that completed the request: an event loop. */
    <Q extends MessageLite> ServerCallHandler<Request<Q>, Reply> handler(
            MethodDescriptor<Request<Q>, Reply> descriptor, BiConsumer<Q, Answer> method) {
        CallCounters counters = CountedCalls.counters(metrics, descriptor);
        return (call, headers) -> {
            long start = counters.started();
            version.count(headers, MethodDescriptor.MethodType.UNARY);
            AuditRecord record = audit == null ? null : audit.begin(call, headers);
            if (!leaderKnown.getAsBoolean() && "true".equals(headers.get(HAS_LEADER))) {
                counters.handled(EtcdError.NO_LEADER.status().getCode().value(), start);
                call.close(EtcdError.NO_LEADER.status(), new Metadata());
                tellEnd(audit, record, Credentials.of(call, headers), EtcdError.NO_LEADER.status());
                return new ServerCall.Listener<>() {};
            }
            call.request(2); // one message, and to notice a second
            return new UnaryListener<>(call, headers, method, counters, start, record);
        };
    }

    private final class UnaryListener<Q extends MessageLite> extends ServerCall.Listener<Request<Q>> {
        private final ServerCall<Request<Q>, Reply> call;
        private final Metadata headers;
        private final BiConsumer<Q, Answer> method;
        private final CallCounters counters;
        private final @Nullable AuditRecord record;
        private final long start;
        private boolean refused;
        private @Nullable Request<Q> request;
        private @Nullable Answer answer;
        private boolean tooMany;

        UnaryListener(
                ServerCall<Request<Q>, Reply> call,
                Metadata headers,
                BiConsumer<Q, Answer> method,
                CallCounters counters,
                long start,
                @Nullable AuditRecord record) {
            this.record = record;
            this.counters = counters;
            this.start = start;
            this.call = call;
            this.headers = headers;
            this.method = method;
        }

        @Override
        public void onMessage(Request<Q> message) {
            counters.received(message.bytes());
            tooMany = request != null;
            request = message;
        }

        @Override
        public void onHalfClose() {
            Request<Q> whole = request;
            if (whole == null || tooMany) {
                close(Status.INTERNAL.withDescription("a unary call takes exactly one request message"));
                return;
            }
            if (whole.bytes() > maxMessageBytes) {
                close(Status.RESOURCE_EXHAUSTED.withDescription("grpc: received message larger than max (%d vs. %d)"
                        .formatted(whole.bytes(), maxMessageBytes)));
                return;
            }
            Q message = whole.message();
            if (message == null) {
                close(whole.refusal());
                return;
            }
            if (record != null) {
                record.request(message);
            }
            if (learner.getAsBoolean() && !(message instanceof RangeRequest range && range.getSerializable())) {
                close(EtcdError.NOT_SUPPORTED_FOR_LEARNER.status());
                return;
            }
            Answer its = new Answer(call, headers, whole, UnaryCalls.this, counters, start, record);
            answer = its;
            try {
                method.accept(message, its);
            } catch (RuntimeException failure) {
                its.fail(failure);
            }
        }

        @Override
        public void onComplete() {
            end();
        }

        @Override
        public void onCancel() {
            if (!refused && (answer == null || !answer.closed)) {
                counters.handled(Status.Code.CANCELLED.value(), start);
                tellEnd(audit, record, Credentials.of(call, headers), Status.CANCELLED);
            }
            end();
        }

        private void end() {
            if (answer != null) {
                answer.ended();
            }
        }

        private void close(@Nullable Status status) {
            Status told = status == null ? Status.INTERNAL : status;
            refused = true;
            counters.handled(told.getCode().value(), start);
            call.close(told, new Metadata());
            tellEnd(audit, record, Credentials.of(call, headers), told);
        }
    }
}
