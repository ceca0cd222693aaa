package io.metastore.server.process;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchGrpc;
import io.metastore.api.rpc.WatchProgressRequest;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.WatchRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One watch on a stream of its own, and all that it was told. Guarded by its own monitor. */
public final class RecordedWatch implements ClientResponseObserver<WatchRequest, WatchResponse> {

    private final WatchCreateRequest request;
    private final List<WatchResponse> responses = new ArrayList<>();
    private final List<Long> arrivals = new ArrayList<>();
    private boolean ended;
    private ClientCallStreamObserver<WatchRequest> stream;

    @SuppressWarnings("NullAway.Init") // set in beforeStart, which comes first
    private RecordedWatch(WatchCreateRequest request) {
        this.request = request;
    }

    public static RecordedWatch start(ManagedChannel channel, WatchCreateRequest request) {
        RecordedWatch watch = new RecordedWatch(request);
        WatchGrpc.newStub(channel).withWaitForReady().watch(watch);
        watch.send(WatchRequest.newBuilder().setCreateRequest(request).build());
        return watch;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
        stream = requests;
    }

    @Override
    public synchronized void onNext(WatchResponse response) {
        responses.add(response);
        arrivals.add(System.nanoTime());
        ended |= response.getCanceled();
    }

    @Override
    public synchronized void onError(Throwable failure) {
        // The server was killed; what came until then stands.
        ended = true;
    }

    @Override
    public synchronized void onCompleted() {
        ended = true;
    }

    /** No more will come. */
    public synchronized boolean ended() {
        return ended;
    }

    /** The revision of the newest event, 0 before the first. */
    public synchronized long lastRevision() {
        for (int i = responses.size() - 1; i >= 0; i--) {
            int events = responses.get(i).getEventsCount();
            if (events > 0) {
                return responses.get(i).getEvents(events - 1).getKv().getModRevision();
            }
        }
        return 0;
    }

    /** When each of the responses came, in nanoTime. */
    public synchronized List<Long> arrivals() {
        return List.copyOf(arrivals);
    }

    /** Waits until everything up to the revision has come, which a progress response proves. */
    public void awaitRevision(long revision, Duration bound) {
        if (!reaches(revision, bound)) {
            throw new AssertionError(
                    "not within %s: a watch is told of everything up to revision %d".formatted(bound, revision));
        }
    }

    /** The same; false if it has not within the bound. */
    public boolean reaches(long revision, Duration bound) {
        return Eventually.holds(bound, () -> {
            send(WatchRequest.newBuilder()
                    .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                    .build());
            return bookmark() >= revision;
        });
    }

    public synchronized WatchRecord record(long mustReach) {
        return new WatchRecord(request, responses, mustReach);
    }

    public synchronized List<WatchResponse> responses() {
        return List.copyOf(responses);
    }

    public void close() {
        stream.cancel("seen enough", null);
    }

    private synchronized long bookmark() {
        return responses.stream()
                .filter(response -> response.getEventsCount() == 0 && !response.getCreated() && !response.getCanceled())
                .mapToLong(response -> response.getHeader().getRevision())
                .max()
                .orElse(0);
    }

    private synchronized void send(WatchRequest message) {
        try {
            stream.onNext(message);
        } catch (IllegalStateException ended) {
            // as in onError
        }
    }
}
