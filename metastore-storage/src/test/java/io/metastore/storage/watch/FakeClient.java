package io.metastore.storage.watch;

import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** A client that reads as many responses as it is allowed to, and keeps them decoded. */
final class FakeClient implements WatchSubscriber {
    private final Executor lane;
    private final List<WatchResponse> received = new ArrayList<>();
    private StreamWatches stream;
    private long mayRead = Long.MAX_VALUE;
    private int taken;

    FakeClient(Executor lane) {
        this.lane = lane;
    }

    FakeClient connect(WatchHub hub) {
        stream = hub.open(this, WatchGuard.OPEN);
        return this;
    }

    FakeClient connect(WatchHub hub, WatchGuard guard) {
        stream = hub.open(this, guard);
        return this;
    }

    StreamWatches stream() {
        return stream;
    }

    void create(WatchCreateRequest.Builder request) {
        stream.create(request.build());
    }

    FakeClient stopsReading() {
        mayRead = 0;
        return this;
    }

    /** Reads so many responses more; what it may read comes when the lane has its turn. */
    void reads(long responses) {
        mayRead = responses;
        lane.execute(stream::drain);
    }

    @Override
    public Executor lane() {
        return lane;
    }

    @Override
    public boolean isReady() {
        return mayRead > 0;
    }

    @Override
    public void write(WatchReply reply) {
        if (mayRead <= 0) {
            throw new AssertionError("written to a client that is not ready");
        }
        mayRead--;
        received.add(decode(reply));
    }

    static WatchResponse decode(WatchReply reply) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            reply.writeTo(bytes);
            if (bytes.size() != reply.size()) {
                throw new AssertionError("size said " + reply.size() + ", was " + bytes.size());
            }
            return WatchResponse.parseFrom(bytes.toByteArray()).toBuilder()
                    .setHeader(ResponseHeader.newBuilder().setRevision(reply.headerRevision()))
                    .build();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    List<WatchResponse> received() {
        return received;
    }

    /** What came since the last call. */
    List<WatchResponse> news() {
        List<WatchResponse> news = List.copyOf(received.subList(taken, received.size()));
        taken = received.size();
        return news;
    }

    List<Event> eventsOf(long watchId) {
        return received.stream()
                .filter(response -> response.getWatchId() == watchId)
                .flatMap(response -> response.getEventsList().stream())
                .toList();
    }
}
