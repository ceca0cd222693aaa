package io.metastore.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchRequest;
import io.metastore.server.replication.LoopContext;
import io.metastore.storage.watch.StreamWatches;
import io.metastore.storage.watch.WatchGuard;
import io.metastore.storage.watch.WatchReply;
import io.metastore.storage.watch.WatchSubscriber;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's watch call: open until the client cancels, the connection dies or the server ends it, then closed for
 * good.
 *
 * <p>All fields belong to the lane, the event loop of the connection; gRPC's callbacks only hand it tasks. What waits for
 * the client waits in {@link StreamWatches}, with a bound; here something is written only while the transport asks for it,
 * and a request is read only while the answers to the earlier ones are being taken.
 */
final class WatchStream extends ServerCall.Listener<WatchRequest> implements WatchSubscriber {
    private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);
    /** The client sees at most so much more than the interval between two periodic progress responses. */
    private static final int PROGRESS_JITTER_PERCENT = 10;

    private final WatchService.Parts parts;
    private final ServerCall<WatchRequest, Reply> call;
    private final LoopContext lane;
    private final WatchGuard guard;
    private final @Nullable WatchAudit audit;
    private final Consumer<WatchStream> whenClosed;

    @SuppressWarnings("UnnecessaryLambda") // told and forgotten by its identity
    private final Runnable onLeaderLost = () -> end(EtcdError.NO_LEADER.status());

    private @Nullable StreamWatches watches;
    private @Nullable Future<?> progressTicks;
    private boolean readingPaused;
    private boolean closed;

    WatchStream(
            WatchService.Parts parts,
            ServerCall<WatchRequest, Reply> call,
            LoopContext lane,
            WatchGuard guard,
            @Nullable WatchAudit audit,
            Consumer<WatchStream> whenClosed) {
        this.parts = parts;
        this.call = call;
        this.lane = lane;
        this.guard = guard;
        this.audit = audit;
        this.whenClosed = whenClosed;
    }

    void open(boolean needsLeader) {
        if (needsLeader) {
            parts.leader().watch(onLeaderLost);
        }
        onLane(() -> {
            if (!closed) {
                watches = parts.hub().open(this, guard);
                call.sendHeaders(new Metadata());
                call.request(1);
            }
        });
    }

    /** Any thread. */
    private void onLane(Runnable work) {
        try {
            lane.execute(() -> guarded(work));
        } catch (RejectedExecutionException stopped) {
            // The event loops are gone, and the connection with them.
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            LOG.error("watch stream failed", failure);
            finish(Replies.statusOf(failure));
        }
    }

    // ---- what gRPC tells

    @Override
    public void onMessage(WatchRequest request) {
        onLane(() -> {
            if (closed || watches == null) {
                return;
            }
            int bytes = request.getSerializedSize();
            if (bytes > parts.maxMessageBytes()) {
                finish(Status.RESOURCE_EXHAUSTED.withDescription("grpc: received message larger than max (%d vs. %d)"
                        .formatted(bytes, parts.maxMessageBytes())));
                return;
            }
            handle(request, watches);
            readingPaused = true;
            readOn();
        });
    }

    @Override
    public void onReady() {
        onLane(() -> {
            if (!closed && watches != null) {
                watches.drain();
                readOn();
            }
        });
    }

    /** A client that has said its last request still listens, as with etcd. */
    @Override
    public void onHalfClose() {}

    @Override
    public void onCancel() {
        onLane(this::free);
    }

    @Override
    public void onComplete() {
        onLane(this::free);
    }

    private void readOn() {
        if (readingPaused && !closed && watches != null && watches.acceptsRequests()) {
            readingPaused = false;
            call.request(1);
        }
    }

    private void handle(WatchRequest request, StreamWatches target) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest(), target);
            case CANCEL_REQUEST -> target.cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> target.requestProgress();
            case REQUESTUNION_NOT_SET -> {} // etcd ignores it and keeps the stream
        }
    }

    private void create(WatchCreateRequest request, StreamWatches target) {
        if (request.getProgressNotify() && progressTicks == null) {
            progressTicks = scheduleProgress(parts.timer());
        }
        if (audit != null) {
            audit.asked(request);
        }
        target.create(request);
    }

    private Future<?> scheduleProgress(ScheduledExecutorService timer) {
        long interval = parts.progressInterval().toNanos();
        long jitter = ThreadLocalRandom.current().nextLong(interval * PROGRESS_JITTER_PERCENT / 100 + 1);
        return timer.scheduleAtFixedRate(
                () -> onLane(this::tellProgress), interval + jitter, interval + jitter, TimeUnit.NANOSECONDS);
    }

    private void tellProgress() {
        if (!closed && watches != null) {
            watches.progressTick();
        }
    }

    /** Any thread. */
    void recheck() {
        onLane(() -> {
            if (!closed && watches != null) {
                watches.recheck();
            }
        });
    }

    // ---- what the hub asks

    @Override
    public Executor lane() {
        return lane;
    }

    @Override
    public boolean isReady() {
        return !closed && call.isReady();
    }

    @Override
    public void write(WatchReply reply) {
        if (audit != null) {
            audit.answered(reply);
        }
        byte[] header = parts.headers().field(reply.headerRevision());
        if (!reply.maySplit()) {
            call.sendMessage(new Reply(header, reply));
            return;
        }
        for (WatchReply piece : reply.fragments(parts.maxMessageBytes(), header.length)) {
            call.sendMessage(new Reply(header, piece));
        }
    }

    // ---- the end

    /** Any thread. */
    void end(Status status) {
        onLane(() -> finish(status));
    }

    private void finish(Status status) {
        if (!closed) {
            if (audit != null) {
                audit.closed(status.getCode());
            }
            free();
            if (!call.isCancelled()) {
                call.close(status, new Metadata());
            }
        }
    }

    private void free() {
        if (closed) {
            return;
        }
        closed = true;
        if (audit != null) {
            audit.closed(Status.Code.CANCELLED);
        }
        parts.leader().forget(onLeaderLost);
        if (progressTicks != null) {
            progressTicks.cancel(false);
        }
        if (watches != null) {
            watches.close();
        }
        whenClosed.accept(this);
    }
}
