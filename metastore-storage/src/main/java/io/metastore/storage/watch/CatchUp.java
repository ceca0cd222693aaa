package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.CompactedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings watchers forward from the store, on the one catch-up thread.
 *
 * <p>It works in rounds. A round holds everyone who asked before it began, oldest cursor first, and gives each one slice
 * of history; those whose cursors lie in the same slice share its reading. A slice is bounded in revisions and bytes.
 * What was found goes to the watcher's lane, which alone moves the cursor and asks again if that is not yet enough.
 */
final class CatchUp implements Runnable {
    private static final int MAX_SLICE_REVISIONS = 1_000;
    private static final long SLICE_BYTES = 1 << 20;
    /** Slices that lanes have not looked at yet. */
    private static final long MAX_IN_FLIGHT_BYTES = 16 << 20;

    private record Request(Watcher watcher, Lane lane, Interest interest, long from) {}

    /** Who gets the same. */
    private record Wanted(Interest interest, long from) {}

    private final WatchHub hub;
    private final WatchHistory history;
    private final int maxReplyBytes;
    private final Executor executor;

    // any thread
    private final Queue<Request> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong inFlightBytes = new AtomicLong();

    // catch-up thread only
    private final ArrayDeque<Request> round = new ArrayDeque<>();
    private int sliceRevisions = MAX_SLICE_REVISIONS;

    CatchUp(WatchHub hub, WatchHistory history, WatchConfig config, Executor executor) {
        this.hub = hub;
        this.history = history;
        this.maxReplyBytes = config.maxReplyBytes();
        this.executor = executor;
    }

    /** Lane of the watcher: one request at a time for each watcher. */
    void request(Watcher watcher, Lane lane) {
        incoming.add(new Request(watcher, lane, watcher.interest(), watcher.next()));
        schedule();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                executor.execute(this);
            } catch (RejectedExecutionException stopped) {
                // The member is closing.
            }
        }
    }

    @Override
    public void run() {
        scheduled.set(false);
        if (!hub.isOpen() || inFlightBytes.get() > MAX_IN_FLIGHT_BYTES) {
            return; // a lane that takes its slice schedules again
        }
        hub.guard(this::serveOneSlice);
        if (!round.isEmpty() || !incoming.isEmpty()) {
            schedule();
        }
    }

    private void serveOneSlice() {
        if (round.isEmpty()) {
            beginRound();
        }
        Request oldest = round.peekFirst();
        if (oldest == null) {
            return;
        }
        try {
            Slice slice = read(oldest.from());
            serve(slice, takeBelow(slice.next()));
        } catch (CompactedException compacted) {
            tellCompacted(compacted.compactRevision());
        }
    }

    private void beginRound() {
        List<Request> asked = new ArrayList<>();
        for (Request request = incoming.poll(); request != null; request = incoming.poll()) {
            asked.add(request);
        }
        asked.sort(Comparator.comparingLong(Request::from));
        round.addAll(asked);
    }

    private List<Request> takeBelow(long revision) {
        List<Request> taken = new ArrayList<>();
        taken.add(round.removeFirst());
        while (!round.isEmpty() && round.peekFirst().from() < revision) {
            taken.add(round.removeFirst());
        }
        return taken;
    }

    private void tellCompacted(long compactRevision) {
        Map<Lane, List<Delivery>> deliveries = new HashMap<>();
        for (Request request : takeBelow(compactRevision)) {
            deliveries
                    .computeIfAbsent(request.lane(), lane -> new ArrayList<>())
                    .add(Delivery.compacted(request.watcher(), compactRevision));
        }
        deliveries.forEach((lane, all) -> lane.deliver(all, () -> {}));
    }

    private void serve(Slice slice, List<Request> requests) {
        Map<Wanted, List<WatchEvent>> found = find(slice, requests);
        Map<Lane, Map<Wanted, List<Watcher>>> byLane = new LinkedHashMap<>();
        for (Request request : requests) {
            byLane.computeIfAbsent(request.lane(), lane -> new LinkedHashMap<>())
                    .computeIfAbsent(new Wanted(request.interest(), request.from()), wanted -> new ArrayList<>())
                    .add(request.watcher());
        }
        byLane.forEach((lane, wanted) -> deliver(lane, wanted, found, slice.next()));
    }

    /** Blocks are made for each lane anew, as they belong to one; the encoded events in them are shared. */
    private void deliver(
            Lane lane, Map<Wanted, List<Watcher>> watchers, Map<Wanted, List<WatchEvent>> found, long next) {
        List<Delivery> deliveries = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<Wanted, List<Watcher>> entry : watchers.entrySet()) {
            List<WatchEvent> events = found.getOrDefault(entry.getKey(), List.of());
            boolean prevKv = entry.getKey().interest().prevKv();
            List<Watcher> readers = entry.getValue();
            List<EventBlock> blocks = EventBlock.cut(events, prevKv, history, maxReplyBytes, readers.size());
            for (EventBlock block : blocks) {
                bytes += block.weight();
            }
            for (Watcher watcher : readers) {
                deliveries.add(Delivery.found(watcher, blocks, next));
            }
        }
        long size = bytes;
        inFlightBytes.addAndGet(size);
        lane.deliver(deliveries, () -> {
            long before = inFlightBytes.getAndAdd(-size);
            if (before > MAX_IN_FLIGHT_BYTES) {
                schedule();
            }
        });
    }

    private static Map<Wanted, List<WatchEvent>> find(Slice slice, List<Request> requests) {
        Map<Wanted, List<WatchEvent>> found = new HashMap<>();
        WatcherIndex<Wanted> index = new WatcherIndex<>();
        for (Request request : requests) {
            Wanted wanted = new Wanted(request.interest(), request.from());
            if (found.putIfAbsent(wanted, new ArrayList<>()) == null) {
                index.add(wanted.interest().range(), wanted);
            }
        }
        for (WatchEvent event : slice.events()) {
            Change change = event.change();
            index.forEachWatching(change.key(), wanted -> {
                if (event.revision() >= wanted.from() && wanted.interest().kindIncluded(change)) {
                    found.getOrDefault(wanted, List.of()).add(event);
                }
            });
        }
        return found;
    }

    /** Some whole revisions of history. */
    private record Slice(List<WatchEvent> events, long next) {}

    private Slice read(long from) throws CompactedException {
        long to = history.currentRevision();
        if (from > to) {
            return new Slice(List.of(), from);
        }
        List<WatchEvent> events = new ArrayList<>();
        long next = history.changes(from, to, sliceRevisions, change -> events.add(new WatchEvent(change)));
        adapt(events, next - from);
        return new Slice(events, next);
    }

    /** The next slice is meant to have as many revisions as make a slice's bytes, going by this one. */
    private void adapt(List<WatchEvent> events, long revisions) {
        long bytes = 1;
        for (WatchEvent event : events) {
            bytes += event.weight();
        }
        sliceRevisions = (int) Math.max(1, Math.min(MAX_SLICE_REVISIONS, SLICE_BYTES * revisions / bytes));
    }
}
