package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.MaintenanceGrpc;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A learner serves no more than its status, besides serializable reads, which {@link KvService} sees to; and who asked for a leader
 * is refused while there is none (etcd: v3rpc/interceptor.go).
 */
final class LearnerCheck implements ServerInterceptor {
    private static final Set<String> SERVED = Set.of(
            MaintenanceGrpc.getStatusMethod().getFullMethodName(),
            MaintenanceGrpc.getSnapshotMethod().getFullMethodName());

    private final BooleanSupplier learner;
    private final BooleanSupplier leaderKnown;

    LearnerCheck(BooleanSupplier learner, BooleanSupplier leaderKnown) {
        this.learner = learner;
        this.leaderKnown = leaderKnown;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (learner.getAsBoolean()
                && !SERVED.contains(call.getMethodDescriptor().getFullMethodName())) {
            call.close(EtcdError.NOT_SUPPORTED_FOR_LEARNER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        if (!leaderKnown.getAsBoolean() && "true".equals(headers.get(UnaryCalls.HAS_LEADER))) {
            call.close(EtcdError.NO_LEADER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
