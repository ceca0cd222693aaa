package io.metastore.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.metastore.server.metrics.CallCounters;
import io.metastore.server.metrics.CallMetrics;
import io.metastore.server.slow.SlowCalls;
import org.jspecify.annotations.Nullable;

/** Counts and times the calls of services that are not called so often that they do it themselves ({@link UnaryCalls}). */
final class CountedCalls implements ServerInterceptor {
    private final CallMetrics metrics;
    private final SlowCalls slow;
    private final ClientVersionHeader version;

    CountedCalls(CallMetrics metrics, SlowCalls slow) {
        this.metrics = metrics;
        this.slow = slow;
        this.version = new ClientVersionHeader(metrics.clients());
    }

    static CallCounters counters(CallMetrics metrics, MethodDescriptor<?, ?> method) {
        return metrics.of(
                String.valueOf(method.getServiceName()),
                String.valueOf(method.getBareMethodName()),
                method.getType().name());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        CallCounters calls = counters(metrics, call.getMethodDescriptor());
        version.count(headers, call.getMethodDescriptor().getType());
        CountedCall<Q, R> counted = new CountedCall<>(call, calls, slow);
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onMessage(Q message) {
                calls.received(sizeOf(message));
                super.onMessage(message);
            }

            @Override
            public void onCancel() {
                if (!counted.closed) {
                    calls.handled(Status.Code.CANCELLED.value(), counted.start);
                }
                super.onCancel();
            }
        };
    }

    private static long sizeOf(Object message) {
        if (message instanceof Reply reply) {
            return reply.size();
        }
        return message instanceof MessageLite known ? known.getSerializedSize() : 0;
    }

    private static final class CountedCall<Q, R> extends ForwardingServerCall.SimpleForwardingServerCall<Q, R>
            implements SlowCalls.Call {
        private final CallCounters calls;
        private final SlowCalls slow;
        private final long since;
        private final long start;
        private volatile boolean closed;

        CountedCall(ServerCall<Q, R> call, CallCounters calls, SlowCalls slow) {
            super(call);
            this.calls = calls;
            this.slow = slow;
            this.since = slow.now();
            this.start = calls.started();
        }

        @Override
        public void sendMessage(R message) {
            calls.sent(sizeOf(message));
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed = true;
            calls.handled(status.getCode().value(), start);
            super.close(status, trailers);
            if (getMethodDescriptor().getType() == MethodDescriptor.MethodType.UNARY) {
                slow.ended(since, this, -1);
            }
        }

        @Override
        public String method() {
            return getMethodDescriptor().getFullMethodName();
        }

        @Override
        public String remote() {
            return SlowCalls.remote(getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        /** As in etcd: nothing of it is told. */
        @Override
        public @Nullable Object request() {
            return null;
        }

        @Override
        public long requestBytes() {
            return -1;
        }
    }
}
