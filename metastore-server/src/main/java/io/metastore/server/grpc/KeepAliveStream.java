package io.metastore.server.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/**
 * One client's keep-alive call: a request, its answer, the next request. So a client that sends faster than it reads, or
 * than leases can be renewed, is held back by flow control and nothing piles up here.
 *
 * <p>READY for a request → BUSY until it is answered → READY, or WAITING while the client does not read. A half-close ends
 * the call with OK once all is answered; a failed renewal ends it with that failure.
 */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
    private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
    private final LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renew;

    // An answer may come on another thread than the next event of the call.
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean busy;

    @GuardedBy("lock")
    private boolean waiting;

    @GuardedBy("lock")
    private boolean halfClosed;

    @GuardedBy("lock")
    private boolean ended;

    KeepAliveStream(
            ServerCallStreamObserver<LeaseKeepAliveResponse> client,
            LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renew) {
        this.client = client;
        this.renew = renew;
        client.disableAutoRequest();
        client.setOnReadyHandler(this::onReady);
        client.setOnCancelHandler(this::onCancel);
        client.request(1);
    }

    @Override
    public void onNext(LeaseKeepAliveRequest request) {
        synchronized (lock) {
            busy = true;
        }
        renew.apply(request.getID()).whenComplete(this::answer);
    }

    @Override
    public void onCompleted() {
        synchronized (lock) {
            halfClosed = true;
            if (!busy) {
                end();
            }
        }
    }

    @Override
    public void onError(Throwable gone) {
        onCancel();
    }

    private void answer(LeaseKeepAliveResponse response, Throwable failure) {
        synchronized (lock) {
            busy = false;
            if (ended) {
                return;
            }
            if (failure != null) {
                ended = true;
                client.onError(Replies.statusOf(failure).asRuntimeException());
                return;
            }
            client.onNext(response);
            if (halfClosed) {
                end();
            } else if (client.isReady()) {
                client.request(1);
            } else {
                waiting = true;
            }
        }
    }

    private void onReady() {
        synchronized (lock) {
            if (waiting) {
                waiting = false;
                client.request(1);
            }
        }
    }

    private void onCancel() {
        synchronized (lock) {
            ended = true;
        }
    }

    @GuardedBy("lock")
    private void end() {
        if (!ended) {
            ended = true;
            client.onCompleted();
        }
    }
}
