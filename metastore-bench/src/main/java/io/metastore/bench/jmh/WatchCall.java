package io.metastore.bench.jmh;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.rpc.WatchCancelRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream, on which watches come and go. A stream a watch would not do: a server ends connections that cancel
 * many calls. One thread calls; what it has not taken is queued, an event a put.
 */
final class WatchCall implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final BlockingQueue<Supplier<WatchResponse>> told = new LinkedBlockingQueue<>();
    // Set by gRPC within open.
    private @Nullable ClientCallStreamObserver<WatchRequest> requests;

    private WatchCall() {}

    static WatchCall open(Channel channel) {
        WatchCall call = new WatchCall();
        WatchGrpc.newStub(channel).watch(call);
        return call;
    }

    /** Returns the id of the watch when the server has answered that it watches. */
    long watch(ByteString key) throws InterruptedException {
        requests()
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                        .build());
        WatchResponse response = take();
        if (!response.getCreated() || response.getCanceled()) {
            throw new IllegalStateException("no watch created: " + response);
        }
        return response.getWatchId();
    }

    /** Returns when the server has answered that it watches no more. */
    void cancel(long id) throws InterruptedException {
        requests()
                .onNext(WatchRequest.newBuilder()
                        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                        .build());
        WatchResponse response = take();
        if (!response.getCanceled()) {
            throw new IllegalStateException("no watch cancelled: " + response);
        }
    }

    /** Waits for the response with the event of one put. */
    WatchResponse event() throws InterruptedException {
        WatchResponse response = take();
        if (response.getEventsCount() != 1) {
            throw new IllegalStateException("not the one event: " + response);
        }
        return response;
    }

    private ClientCallStreamObserver<WatchRequest> requests() {
        return Objects.requireNonNull(requests);
    }

    private WatchResponse take() throws InterruptedException {
        Supplier<WatchResponse> next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("no watch response within %d s".formatted(PATIENCE_SECONDS));
        }
        return next.get();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        requests = stream;
    }

    @Override
    public void onNext(WatchResponse response) {
        told.add(() -> response);
    }

    @Override
    public void onError(Throwable why) {
        told.add(() -> {
            throw new IllegalStateException("the watch failed", why);
        });
    }

    @Override
    public void onCompleted() {
        told.add(() -> {
            throw new IllegalStateException("the server ended the watch");
        });
    }

    /** Cancels: a stream that is only half closed goes on being told. */
    @Override
    public void close() {
        requests().cancel("seen enough", null);
    }
}
