package io.metastore.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.metastore.server.metrics.CallCounters;
import io.metastore.server.metrics.CallMetrics;

/** Counts the calls of services that are not called so often that they count for themselves ({@link UnaryCalls}). */
final class CountedCalls implements ServerInterceptor {
    private final CallMetrics metrics;

    CountedCalls(CallMetrics metrics) {
        this.metrics = metrics;
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
        calls.started();
        CountedCall<Q, R> counted = new CountedCall<>(call, calls);
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onMessage(Q message) {
                calls.received(sizeOf(message));
                super.onMessage(message);
            }

            @Override
            public void onCancel() {
                if (!counted.closed) {
                    calls.handled(Status.Code.CANCELLED.value());
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

    private static final class CountedCall<Q, R> extends ForwardingServerCall.SimpleForwardingServerCall<Q, R> {
        private final CallCounters calls;
        private volatile boolean closed;

        CountedCall(ServerCall<Q, R> call, CallCounters calls) {
            super(call);
            this.calls = calls;
        }

        @Override
        public void sendMessage(R message) {
            calls.sent(sizeOf(message));
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed = true;
            calls.handled(status.getCode().value());
            super.close(status, trailers);
        }
    }
}
