package io.metastore.server.grpc;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.metastore.server.audit.AuditRecord;
import io.metastore.server.audit.Origin;
import java.util.function.Consumer;

/**
 * Tells the audit log of the calls of services that are not called so often that they tell it themselves. A stream, which may
 * stay open for days, is told when its first request comes and when it ends, not for each message.
 */
final class AuditedCalls implements ServerInterceptor {
    /** Of the call that the current thread has just taken in: the origin of calls that are made for it. */
    private static final Context.Key<Consumer<Metadata>> ORIGIN = Context.key("metastore-origin");

    private final Auditor auditor;

    AuditedCalls(Auditor auditor) {
        this.auditor = auditor;
    }

    /** Says in the headers of a call for whom it is made; nothing where there is no audit log. */
    static void tellOrigin(Metadata headers) {
        Consumer<Metadata> origin = ORIGIN.get();
        if (origin != null) {
            origin.accept(headers);
        }
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        MethodDescriptor<Q, R> method = call.getMethodDescriptor();
        AuditRecord record = auditor.begin(call, headers);
        auditor.identify(record, Credentials.of(call, headers));
        boolean staysOpen = method.getType() != MethodType.UNARY;
        Origin origin = record.origin();
        Context context = Context.current()
                .withValue(ORIGIN, inner -> origin.tell(inner, String.valueOf(method.getServiceName())));
        return new AuditedListener<>(
                Contexts.interceptCall(context, new AuditedCall<>(call, record, staysOpen), headers, next),
                record,
                staysOpen);
    }

    private static final class AuditedCall<Q, R> extends ForwardingServerCall.SimpleForwardingServerCall<Q, R> {
        private final AuditRecord record;
        private final boolean staysOpen;

        AuditedCall(ServerCall<Q, R> call, AuditRecord record, boolean staysOpen) {
            super(call);
            this.record = record;
            this.staysOpen = staysOpen;
        }

        @Override
        public void sendMessage(R message) {
            if (!staysOpen && message instanceof Message answer) {
                record.answer(answer);
            }
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            record.end(status.getCode());
        }
    }

    private static final class AuditedListener<Q>
            extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final AuditRecord record;
        private final boolean staysOpen;

        AuditedListener(ServerCall.Listener<Q> next, AuditRecord record, boolean staysOpen) {
            super(next);
            this.record = record;
            this.staysOpen = staysOpen;
        }

        @Override
        public void onMessage(Q message) {
            if (record.request() == null && message instanceof MessageLite request) {
                record.request(request);
                if (staysOpen) {
                    record.part("open").request(request).end(Status.Code.OK);
                    record.event("close");
                }
            }
            super.onMessage(message);
        }

        @Override
        public void onCancel() {
            record.end(Status.Code.CANCELLED);
            super.onCancel();
        }
    }
}
