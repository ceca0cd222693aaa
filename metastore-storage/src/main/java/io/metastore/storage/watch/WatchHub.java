package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.MvccStore;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All watchers of a member: told of each published batch by the apply thread, asked by streams on their lanes.
 *
 * <p>How nothing gets lost or comes twice. History in the store is the truth, what the apply thread tells is a shortcut.
 * Each watcher has a cursor, the first revision that it was not given yet; each {@link Lane} has a revision, up to which
 * it looked at batches. Both belong to the lane and change only in its turns. A watcher whose cursor is above the lane's
 * revision is synced: it sits in the lane's index and gets what the following batches have for it. Any other watcher is
 * not in the index: it reads history from its cursor ({@link CatchUp}), is handed slices in turns of the lane, and joins
 * the index in the very turn in which its cursor has passed the lane's revision. The cursor says what is due, so it does
 * not matter how far the store was ahead of the lane when a slice was read: batches at or below the cursor are passed by.
 *
 * <p>A stream takes events into a bounded outbox or refuses. A refused watcher leaves the index with its cursor at the
 * first revision that was refused, and reads history once the client took what waits. So nobody waits for a slow client,
 * nothing is dropped, and what is held for it is bounded.
 *
 * <p>Each event is encoded once. Watchers of one lane with equal range, filters and prev_kv share the block of events
 * that a batch has for them; for each of them only a small object is made.
 *
 * <p>No locks but the lane table's. Threads: {@code published}, {@code compacted} and {@code reset} on the apply thread,
 * {@code open} and everything of {@link StreamWatches} on the stream's lane.
 */
public final class WatchHub implements ChangeListener, AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final WatchHistory history;
    private final WatchConfig config;
    private final Consumer<Throwable> fatal;
    private final CatchUp catchUp;
    private final HeldBytes held;
    private final @Nullable ExecutorService ownThread;

    /** A lane is here while it has streams. */
    private final ConcurrentHashMap<Executor, LaneUse> uses = new ConcurrentHashMap<>();

    private final CopyOnWriteArrayList<Lane> lanes = new CopyOnWriteArrayList<>();
    private final AtomicInteger watches = new AtomicInteger();
    private final LongAdder streams = new LongAdder();
    private final LongAdder unsynced = new LongAdder();
    private final LongAdder eventsTold = new LongAdder();
    private final LongAdder eventsTaken = new LongAdder();
    private volatile boolean open = true;

    /** Apply thread only: what the lanes were told. */
    private long published;

    private record LaneUse(Lane lane, int streams) {}

    /**
     * To be made before the apply thread starts, or on it.
     *
     * @param catchUp a single thread that may read the store
     * @param fatal told of what must not happen, like history that cannot be read
     */
    public WatchHub(WatchHistory history, WatchConfig config, Executor catchUp, Consumer<Throwable> fatal) {
        this(history, config, catchUp, fatal, null);
    }

    private WatchHub(
            WatchHistory history,
            WatchConfig config,
            Executor catchUp,
            Consumer<Throwable> fatal,
            @Nullable ExecutorService ownThread) {
        this.history = history;
        this.config = config;
        this.fatal = fatal;
        this.catchUp = new CatchUp(this, history, config, catchUp);
        this.held = new HeldBytes(config.maxHeldBytes());
        this.ownThread = ownThread;
        this.published = history.currentRevision();
    }

    /** The hub of a store, with a catch-up thread of its own that ends with the hub. */
    public static WatchHub start(
            MvccStore store, WatchConfig config, ThreadFactory threads, Consumer<Throwable> fatal) {
        ExecutorService catchUp = Executors.newSingleThreadExecutor(threads);
        return new WatchHub(WatchHistory.of(store), config, catchUp, fatal, catchUp);
    }

    // ---- apply thread

    @Override
    public void published(long revision, List<Change> changes) {
        if (revision == published) {
            return;
        }
        long from = published;
        published = revision;
        if (!lanes.isEmpty()) {
            Batch batch = Batch.of(from, revision, changes);
            for (Lane lane : lanes) {
                lane.post(batch);
            }
        }
    }

    /** Nothing to do: a watcher that reads too late finds out when it reads. */
    @Override
    public void compacted(long compactRevision) {}

    @Override
    public void reset() {
        published = history.currentRevision();
        Batch gap = Batch.gap(published);
        for (Lane lane : lanes) {
            lane.post(gap);
        }
    }

    // ---- lanes

    /** A new stream; on its lane. */
    public StreamWatches open(WatchSubscriber subscriber, WatchGuard guard) {
        streams.increment();
        return new StreamWatches(this, laneOf(subscriber.lane()), subscriber, guard, history, config, held);
    }

    private Lane laneOf(Executor executor) {
        LaneUse use = uses.compute(executor, (same, before) -> {
            if (before != null) {
                return new LaneUse(before.lane(), before.streams() + 1);
            }
            Lane lane = new Lane(this, executor, history, config);
            lanes.add(lane);
            lane.start();
            return new LaneUse(lane, 1);
        });
        return use.lane();
    }

    void closed(Lane lane) {
        streams.decrement();
        uses.computeIfPresent(lane.executor(), (same, use) -> {
            if (use.streams() > 1) {
                return new LaneUse(lane, use.streams() - 1);
            }
            lanes.remove(lane);
            return null;
        });
    }

    CatchUp catchUp() {
        return catchUp;
    }

    /** False if the member has as many as it may have. */
    boolean takeWatch() {
        if (watches.incrementAndGet() <= config.maxWatches()) {
            return true;
        }
        watches.decrementAndGet();
        return false;
    }

    void giveWatch() {
        watches.decrementAndGet();
    }

    void countUnsynced(int change) {
        if (change != 0) {
            unsynced.add(change);
        }
    }

    void eventsTold(long events) {
        if (events != 0) {
            eventsTold.add(events);
        }
    }

    /** By the transport, or lost with their stream. */
    void eventsTaken(long events) {
        if (events != 0) {
            eventsTaken.add(events);
        }
    }

    /** Runs the work; what it throws is fatal. */
    void guard(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error failure) {
            if (open) {
                fatal.accept(failure);
            }
        }
    }

    // ---- numbers, any thread

    public int watchers() {
        return watches.get();
    }

    public long streams() {
        return streams.sum();
    }

    /** Watchers that are behind. */
    public long slowWatchers() {
        return unsynced.sum();
    }

    /** Events handed to streams so far. */
    public long eventsTold() {
        return eventsTold.sum();
    }

    /** Events that wait for clients. */
    public long pendingEvents() {
        long taken = eventsTaken.sum();
        return Math.max(0, eventsTold.sum() - taken);
    }

    /** Event bytes that wait for clients. */
    public long pendingBytes() {
        return held.get();
    }

    boolean isOpen() {
        return open;
    }

    /**
     * Nothing is told any more, and after this nothing is read by a thread of the hub. Lanes may still be in a turn: the
     * store is closed after the event loops have stopped.
     */
    @Override
    public void close() {
        open = false;
        if (ownThread == null) {
            return;
        }
        ownThread.shutdown();
        try {
            if (!ownThread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                ownThread.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            ownThread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
