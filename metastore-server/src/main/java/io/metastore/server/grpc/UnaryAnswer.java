package io.metastore.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Ends a unary call with what a future brought. */
final class UnaryAnswer {

    private UnaryAnswer() {}

    static <T> void send(StreamObserver<T> client, @Nullable T response, @Nullable Throwable failure) {
        if (client instanceof ServerCallStreamObserver<T> call && call.isCancelled()) {
            return; // nobody is there to read it
        }
        if (failure != null || response == null) {
            Throwable why = failure == null ? new IllegalStateException("no answer") : failure;
            client.onError(Replies.statusOf(why).asRuntimeException());
            return;
        }
        client.onNext(response);
        client.onCompleted();
    }
}
