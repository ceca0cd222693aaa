package io.metastore.storage.watch;

import com.google.protobuf.ByteString;
import io.metastore.api.WatchCancelReason;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The watches of one stream: their ids, what the client asks of them, and what waits for the client.
 *
 * <p>Everything is called on the stream's lane. Answers and events leave in one order, through the {@link Outbox}.
 */
public final class StreamWatches {
    /** An empty key is understood as the smallest one. */
    private static final ByteString SMALLEST_KEY = ByteString.copyFrom(new byte[1]);

    private final WatchHub hub;
    private final Lane lane;
    private final WatchSubscriber subscriber;
    private final WatchGuard guard;
    private final WatchHistory history;
    private final WatchConfig config;

    private final Map<Long, Watcher> watchers = new HashMap<>();
    private final Outbox outbox;
    private List<Watcher> waiting = new ArrayList<>();
    private long nextId;
    private int unsynced;
    private int progressRequests;
    private long progressRevision;
    private boolean isTouched;
    private boolean closed;

    StreamWatches(
            WatchHub hub,
            Lane lane,
            WatchSubscriber subscriber,
            WatchGuard guard,
            WatchHistory history,
            WatchConfig config,
            HeldBytes held) {
        this.hub = hub;
        this.lane = lane;
        this.subscriber = subscriber;
        this.guard = guard;
        this.history = history;
        this.config = config;
        this.outbox = new Outbox(config, held);
    }

    // ---- what the client asks

    public void create(WatchCreateRequest request) {
        if (closed) {
            return;
        }
        long current = history.currentRevision();
        KeyRange range = KeyRange.fromRequest(
                request.getKey().isEmpty() ? SMALLEST_KEY : request.getKey(), request.getRangeEnd());
        String refusal = refusal(request, range);
        if (refusal != null) {
            answer(WatchReply.refused(refusal, current));
        } else {
            start(request, range, current);
        }
        lane.flush();
    }

    private @Nullable String refusal(WatchCreateRequest request, KeyRange range) {
        if (request.getStartRevision() < 0) {
            return WatchCancelReason.NEGATIVE_START.text();
        }
        String forbidden = guard.refusal(range);
        if (forbidden != null) {
            return forbidden;
        }
        if (range.isEmpty()) {
            return WatchCancelReason.EMPTY_RANGE.text();
        }
        if (request.getWatchId() != 0 && watchers.containsKey(request.getWatchId())) {
            return WatchCancelReason.DUPLICATE_WATCH_ID.text();
        }
        if (watchers.size() >= config.maxWatchesPerStream()) {
            return "too many watches on this stream: the limit is " + config.maxWatchesPerStream();
        }
        if (!hub.takeWatch()) {
            return "too many watches on this member: the limit is " + config.maxWatches();
        }
        return null;
    }

    private void start(WatchCreateRequest request, KeyRange range, long current) {
        long id = request.getWatchId() == 0 ? unusedId() : request.getWatchId();
        long asked = request.getStartRevision();
        long start = asked == 0 ? current + 1 : asked;
        Watcher watcher = new Watcher(
                this, id, interest(request, range), asked, start, request.getProgressNotify(), request.getFragment());
        watchers.put(id, watcher);
        countUnsynced(1);
        answer(WatchReply.created(id, current));
        long compacted = history.compactedRevision();
        if (start < compacted) {
            compacted(watcher, compacted);
        } else {
            lane.settle(watcher);
        }
    }

    private static Interest interest(WatchCreateRequest request, KeyRange range) {
        boolean puts = true;
        boolean deletes = true;
        for (WatchCreateRequest.FilterType filter : request.getFiltersList()) {
            puts &= filter != WatchCreateRequest.FilterType.NOPUT;
            deletes &= filter != WatchCreateRequest.FilterType.NODELETE;
        }
        return new Interest(range, puts, deletes, request.getPrevKv());
    }

    private long unusedId() {
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    /** An unknown id is ignored. What waits for the client already is still sent, before the answer. */
    public void cancel(long watchId) {
        Watcher watcher = watchers.remove(watchId);
        if (watcher == null) {
            return;
        }
        end(watcher);
        answer(WatchReply.canceled(watchId, history.currentRevision()));
        lane.flush();
    }

    /** Permissions have changed: ends the watches whose range the stream may no longer see, and says why. */
    public void recheck() {
        if (closed) {
            return;
        }
        for (Watcher watcher : List.copyOf(watchers.values())) {
            String reason = guard.lost(watcher.interest().range());
            if (reason != null) {
                watchers.remove(watcher.id());
                end(watcher);
                answer(WatchReply.withdrawn(watcher.id(), reason, history.currentRevision()));
            }
        }
        lane.flush();
    }

    /** Answered if every watch of the stream has been told everything up to now; else forgotten. */
    public void requestProgress() {
        if (closed || watchers.isEmpty()) {
            return;
        }
        progressRequests++;
        progressRevision = history.currentRevision();
        if (progressRequests == 1) {
            lane.awaitProgress(this);
        }
        lane.takeInbox();
    }

    /**
     * A batch that readers can see already may still be on its way to the lane: without it the answer would be older than
     * what the client may have read. False until then.
     */
    boolean answerProgressIfProven() {
        if (lane.revision() < progressRevision && !closed) {
            return false;
        }
        boolean proven = !closed && !watchers.isEmpty() && unsynced == 0;
        for (Watcher watcher : watchers.values()) {
            proven &= lane.revision() >= watcher.askedStart();
        }
        for (; progressRequests > 0; progressRequests--) {
            if (proven) {
                answer(WatchReply.progress(WatchReply.NO_WATCH_ID, lane.revision()));
            }
        }
        return true;
    }

    /** The client's periodic progress is due: for watches that were told nothing since the last time. */
    public void progressTick() {
        if (closed) {
            return;
        }
        lane.takeInbox();
        long current = lane.revision();
        for (Watcher watcher : watchers.values()) {
            if (!watcher.wantsProgress()) {
                continue;
            }
            boolean quiet = !watcher.takeTold() && watcher.pendingBytes() == 0;
            if (quiet && watcher.isSynced() && current >= watcher.askedStart() && outbox.acceptsAnswers()) {
                answer(WatchReply.progress(watcher.id(), current));
            }
        }
        lane.flush();
    }

    /** False while so many answers wait for the client that its next request should not be read. */
    public boolean acceptsRequests() {
        return outbox.acceptsAnswers();
    }

    /** The stream is over: everything is freed, nothing is written any more. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watchers.values().forEach(this::end);
        watchers.clear();
        waiting.clear();
        hub.eventsTaken(outbox.clear());
        hub.closed(lane);
    }

    private void end(Watcher watcher) {
        lane.leave(watcher);
        watcher.moveTo(Watcher.State.CLOSED);
        hub.giveWatch();
    }

    // ---- what the lane does

    void compacted(Watcher watcher, long compactRevision) {
        watcher.moveTo(Watcher.State.COMPACTED);
        answer(WatchReply.compacted(watcher.id(), compactRevision));
    }

    boolean offer(Watcher watcher, EventBlock block, long headerRevision) {
        if (!outbox.offer(WatchReply.events(watcher, block, headerRevision), watcher, block)) {
            return false;
        }
        watcher.told();
        touch();
        return true;
    }

    boolean hasRoomFor(Watcher watcher) {
        return outbox.hasRoomFor(watcher);
    }

    void waitForRoom(Watcher watcher) {
        assert !outbox.isEmpty() : "nothing would wake it";
        watcher.moveTo(Watcher.State.WAITING);
        waiting.add(watcher);
        touch();
    }

    void stateChanged(Watcher.State from, Watcher.State to) {
        countUnsynced(unsynced(to) - unsynced(from));
    }

    /** A watcher that a compaction ended counts: the client was not told everything. */
    private static int unsynced(Watcher.State state) {
        return switch (state) {
            case READING, WAITING, COMPACTED -> 1;
            case SYNCED, CLOSED -> 0;
        };
    }

    private void countUnsynced(int change) {
        unsynced += change;
        hub.countUnsynced(change);
    }

    private void answer(WatchReply reply) {
        outbox.answer(reply);
        touch();
    }

    private void touch() {
        if (!isTouched) {
            isTouched = true;
            lane.touched(this);
        }
    }

    void drainTouched() {
        isTouched = false;
        writeWhileReady();
    }

    // ---- towards the client

    /** The client's side can take more. */
    public void drain() {
        if (!closed) {
            writeWhileReady();
            lane.flush();
        }
    }

    private void writeWhileReady() {
        if (closed) {
            return;
        }
        boolean written = false;
        long events = 0;
        try {
            while (subscriber.isReady()) {
                WatchReply reply = outbox.poll();
                if (reply == null) {
                    break;
                }
                events += reply.events();
                subscriber.write(reply);
                written = true;
            }
        } finally {
            hub.eventsTaken(events);
        }
        if (written && !waiting.isEmpty() && outbox.isHalfEmpty()) {
            letWaitingGoOn();
        }
    }

    /** Only after something was written: a watcher whose next revision does not fit would read it again and again. */
    private void letWaitingGoOn() {
        List<Watcher> all = waiting;
        waiting = new ArrayList<>();
        for (Watcher watcher : all) {
            if (watcher.state() == Watcher.State.WAITING) {
                lane.settle(watcher);
            }
        }
    }

    /** Bytes that wait for the client. */
    long pendingBytes() {
        return outbox.bytes();
    }

    int size() {
        return watchers.size();
    }
}
