package io.metastore.server.grpc;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * grpc.health.v1.Health as etcd has it: only the server as a whole, under the empty name, and it serves from the moment that
 * it can be asked.
 */
final class HealthService extends HealthGrpc.HealthImplBase {

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
        if (!request.getService().isEmpty()) {
            client.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
            return;
        }
        client.onNext(response(ServingStatus.SERVING));
        client.onCompleted();
    }

    /** The stream stays open: a status that never changes is told once. */
    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
        ((ServerCallStreamObserver<HealthCheckResponse>) client).setOnCancelHandler(() -> {});
        boolean known = request.getService().isEmpty();
        client.onNext(response(known ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN));
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
