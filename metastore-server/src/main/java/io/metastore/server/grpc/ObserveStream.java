package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaderResponse;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that observes an election (etcd: client/v3/concurrency/election.go, observe).
 *
 * <pre>
 * ASKING who leads -> nobody: EXPECTING the first put under the prefix -> FOLLOWING the leader's key
 *                  -> somebody: FOLLOWING
 * FOLLOWING -> its key is deleted: ASKING
 * any       -> something fails, or the client goes: over
 * </pre>
 *
 * <p>All fields belong to {@code turn}, in which everything runs that this class is told, from whatever thread. While the
 * client does not read, nothing more is taken from the watch.
 */
final class ObserveStream {
    private static final Logger LOG = LoggerFactory.getLogger(ObserveStream.class);

    private final LocalClient member;
    private final ByteString name;
    private final ServerCallStreamObserver<LeaderResponse> client;
    private final SynchronizationContext turn;

    private @Nullable LocalWatch watch;
    private boolean held;
    private boolean over;

    ObserveStream(LocalClient member, ByteString name, ServerCallStreamObserver<LeaderResponse> client) {
        this.member = member;
        this.name = name;
        this.client = client;
        this.turn = new SynchronizationContext((thread, failure) -> {
            LOG.error("observing an election failed", failure);
            client.onError(Replies.statusOf(failure).asRuntimeException());
        });
    }

    void start() {
        client.setOnCancelHandler(() -> turn.execute(this::stop));
        client.setOnReadyHandler(() -> turn.execute(this::readOn));
        turn.execute(this::ask);
    }

    private void ask() {
        member.range(Turn.first(name))
                .whenComplete((found, failure) -> turn.execute(() -> {
                    if (failure != null) {
                        end();
                    } else if (!over) {
                        found(found);
                    }
                }));
    }

    private void found(RangeResponse found) {
        if (found.getKvsCount() > 0) {
            follow(found.getHeader(), found.getKvs(0));
            return;
        }
        ByteString prefix = Turn.prefix(name);
        watch(
                WatchCreateRequest.newBuilder()
                        .setKey(prefix)
                        .setRangeEnd(Turn.endOf(prefix))
                        .setStartRevision(found.getHeader().getRevision()),
                this::expected);
    }

    /** Deletes say nothing here. The header is that of the one put, though the response may tell of later ones. */
    private void expected(WatchResponse response) {
        for (Event event : response.getEventsList()) {
            if (event.getType() == Event.EventType.PUT) {
                closeWatch();
                follow(
                        response.getHeader().toBuilder()
                                .setRevision(event.getKv().getModRevision())
                                .build(),
                        event.getKv());
                return;
            }
        }
        readOn();
    }

    private void follow(ResponseHeader header, KeyValue leader) {
        tell(header, leader);
        watch(
                WatchCreateRequest.newBuilder().setKey(leader.getKey()).setStartRevision(header.getRevision() + 1),
                this::followed);
    }

    private void followed(WatchResponse response) {
        for (Event event : response.getEventsList()) {
            if (event.getType() == Event.EventType.DELETE) {
                closeWatch();
                ask();
                return;
            }
            tell(response.getHeader(), event.getKv());
        }
        readOn();
    }

    private void tell(ResponseHeader header, KeyValue leader) {
        client.onNext(
                LeaderResponse.newBuilder().setHeader(header).setKv(leader).build());
    }

    private interface Events {
        void take(WatchResponse response);
    }

    private void watch(WatchCreateRequest.Builder request, Events events) {
        LocalWatch[] opened = new LocalWatch[1];
        LocalWatch mine = member.watch(request.build(), new LocalWatch.Listener() {
            @Override
            public void events(WatchResponse response) {
                turn.execute(() -> {
                    if (isCurrent(opened[0])) {
                        held = true;
                        events.take(response);
                    }
                });
            }

            @Override
            public void ended(StatusRuntimeException why) {
                turn.execute(() -> {
                    if (isCurrent(opened[0])) {
                        end();
                    }
                });
            }
        });
        // Whatever the watch tells waits for this turn to end, so it finds what is written here.
        opened[0] = mine;
        watch = mine;
        held = false;
    }

    private boolean isCurrent(@Nullable LocalWatch one) {
        return !over && one == watch;
    }

    /** Asks for the next response if the last was taken and the client reads. */
    private void readOn() {
        if (held && watch != null && client.isReady()) {
            held = false;
            watch.next();
        }
    }

    private void closeWatch() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
        held = false;
    }

    /** A watch or read that fails ends the stream without an error, as in etcd. */
    private void end() {
        if (!over) {
            stop();
            client.onCompleted();
        }
    }

    private void stop() {
        over = true;
        closeWatch();
    }
}
