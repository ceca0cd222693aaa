package io.metastore.server.compat.differential;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream on one side, and all that it said. Written by gRPC's thread, read by the run; everything is guarded by
 * this object's monitor.
 */
final class WatchTape implements ClientResponseObserver<WatchRequest, WatchResponse> {

    private static final long EVERY_WATCHER = -1;

    private final Queue<WatchCreateRequest> asked = new ArrayDeque<>();
    private final List<WatchResponse> createAnswers = new ArrayList<>();
    private final List<Recording> recordings = new ArrayList<>();
    private final Map<Long, Recording> open = new HashMap<>();
    private long streamProgressRevision;
    private @Nullable Status end;
    private @Nullable String breach;
    private ClientCallStreamObserver<WatchRequest> requests;

    @SuppressWarnings("NullAway.Init") // set in beforeStart, which comes first
    private WatchTape() {}

    static WatchTape open(Side side, boolean hasLeader) {
        WatchTape tape = new WatchTape();
        WatchGrpc.WatchStub stub = WatchGrpc.newStub(side.channel()).withWaitForReady();
        if (hasLeader) {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }
        stub.watch(tape);
        return tape;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
        requests = stream;
    }

    synchronized void create(WatchCreateRequest request) {
        asked.add(request);
        send(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    synchronized void cancel(long watchId) {
        send(WatchRequest.newBuilder()
                .setCancelRequest(
                        io.metastore.api.rpc.WatchCancelRequest.newBuilder().setWatchId(watchId))
                .build());
    }

    synchronized void askProgress() {
        send(WatchRequest.newBuilder()
                .setProgressRequest(io.metastore.api.rpc.WatchProgressRequest.getDefaultInstance())
                .build());
    }

    synchronized void sendNothing() {
        send(WatchRequest.getDefaultInstance());
    }

    synchronized void halfClose() {
        requests.onCompleted();
    }

    synchronized void close() {
        requests.cancel("the run is done with this stream", null);
    }

    @Override
    public synchronized void onNext(WatchResponse response) {
        record(response);
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable failure) {
        end = Status.fromThrowable(failure);
        notifyAll();
    }

    @Override
    public synchronized void onCompleted() {
        end = Status.OK;
        notifyAll();
    }

    /** Answers to create requests, refusals included, in the order of the requests. */
    synchronized List<WatchResponse> createAnswers() {
        return List.copyOf(createAnswers);
    }

    /** All watches that were created, in order. To be read with the tape's monitor held. */
    List<Recording> recordings() {
        return recordings;
    }

    /** Revision of the newest progress response to the whole stream. */
    synchronized long streamProgressRevision() {
        return streamProgressRevision;
    }

    synchronized @Nullable Status end() {
        return end;
    }

    /** The first promise that this side broke by itself. */
    synchronized @Nullable String breach() {
        return recordings.stream()
                .map(Recording::breach)
                .filter(found -> found != null)
                .findFirst()
                .orElse(breach);
    }

    /** Waits for the condition, which is looked at again after each response, for at most the bound. */
    synchronized boolean await(Duration bound, Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!condition.get()) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private void send(WatchRequest request) {
        if (end == null) {
            requests.onNext(request);
        }
    }

    private void record(WatchResponse response) {
        long id = response.getWatchId();
        if (response.getCreated()) {
            recordCreated(response);
            return;
        }
        Recording recording = open.get(id);
        if (id == EVERY_WATCHER && !response.getCanceled() && response.getEventsCount() == 0) {
            streamProgressRevision = response.getHeader().getRevision();
            open.values().stream().filter(each -> each.cancels().isEmpty()).forEach(each -> each.progress(response));
        } else if (recording == null) {
            note("a response to no watch of the stream: " + response);
        } else if (response.getCanceled()) {
            recording.canceled(response);
        } else if (response.getEventsCount() == 0) {
            recording.periodicProgress(response);
        } else {
            recording.events(response);
        }
    }

    private void recordCreated(WatchResponse response) {
        WatchCreateRequest request = asked.poll();
        createAnswers.add(response);
        if (request == null) {
            note("a created response that was not asked for: " + response);
            return;
        }
        if (response.getEventsCount() > 0) {
            note("a created response with events: " + response);
        }
        if (!response.getCanceled()) {
            Recording recording = new Recording(request, response);
            recordings.add(recording);
            open.put(response.getWatchId(), recording);
        }
    }

    private void note(String found) {
        if (breach == null) {
            breach = found;
        }
    }
}
