package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.rpc.WatchCancelRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchProgressRequest;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client's watch call that a test reads response by response. */
final class WatchCall implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final boolean reads;
    private ClientCallStreamObserver<WatchRequest> requests;

    private WatchCall(boolean reads) {
        this.reads = reads;
    }

    static WatchCall open(Channel channel) {
        WatchCall call = new WatchCall(true);
        WatchGrpc.newStub(channel).watch(call);
        return call;
    }

    /** Reads what is asked for by {@link #read} only. */
    static WatchCall openWithoutReading(Channel channel) {
        WatchCall call = new WatchCall(false);
        WatchGrpc.newStub(channel).watch(call);
        return call;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        requests = stream;
        if (!reads) {
            stream.disableAutoRequestWithInitial(0);
        }
    }

    @Override
    public void onNext(WatchResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
        ended.complete(((StatusRuntimeException) failure).getStatus());
    }

    @Override
    public void onCompleted() {
        ended.complete(Status.OK);
    }

    void read(int responsesWanted) {
        requests.request(responsesWanted);
    }

    void send(WatchRequest request) {
        requests.onNext(request);
    }

    void create(WatchCreateRequest.Builder request) {
        send(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    void create(String key) {
        create(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)));
    }

    void cancelWatch(long id) {
        send(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
    }

    void requestProgress() {
        send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    void halfClose() {
        requests.onCompleted();
    }

    void cancel() {
        requests.cancel("enough", null);
    }

    WatchResponse next() throws InterruptedException {
        WatchResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (response == null) {
            throw new AssertionError("no response; call " + ended);
        }
        return response;
    }

    int unread() {
        return responses.size();
    }

    Status end() throws Exception {
        return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
