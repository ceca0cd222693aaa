package io.metastore.storage.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All watch work of one event loop: its streams, their watchers, and the index that finds them.
 *
 * <p>The apply thread only puts batches into the inbox and asks for one turn of the lane; everything else happens in
 * such turns, so nothing here is locked and a watcher changes state at one place in the order of batches.
 *
 * <p>{@code revision} is what the lane has looked at. A synced watcher was given everything up to it, or had not started
 * yet. A batch that does not begin where the lane ended reveals a gap: what the inbox had no room for, or a snapshot. A
 * gap makes every watcher that may need something of it read history.
 */
final class Lane implements Runnable {
    private static final int MAX_BATCHES_PER_TURN = 64;

    private final WatchHub hub;
    private final Executor executor;
    private final WatchHistory history;
    private final WatchConfig config;

    // any thread
    private final Queue<Batch> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong inboxBytes = new AtomicLong();
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    // lane only
    private long revision;
    private final Map<Interest, WatcherGroup> groups = new HashMap<>();
    private final WatcherIndex<WatcherGroup> index = new WatcherIndex<>();
    private final RecentBatches recent;
    private final List<WatcherGroup> matchedGroups = new ArrayList<>();
    private final List<StreamWatches> touched = new ArrayList<>();
    private final List<StreamWatches> awaitingProgress = new ArrayList<>();

    Lane(WatchHub hub, Executor executor, WatchHistory history, WatchConfig config) {
        this.hub = hub;
        this.executor = executor;
        this.history = history;
        this.config = config;
        this.recent = new RecentBatches(config.maxRecentBytes());
    }

    /**
     * The hub posts from now on. What was published before its first post is only in the store, so the revision is read
     * after the hub knows this lane.
     */
    void start() {
        revision = history.currentRevision();
    }

    Executor executor() {
        return executor;
    }

    // ---- from other threads

    /** Apply thread. */
    void post(Batch batch) {
        if (inboxBytes.get() + batch.weight() > config.maxInboxBytes() && !inbox.isEmpty()) {
            overflowed.set(true);
        } else {
            inboxBytes.addAndGet(batch.weight());
            inbox.add(batch);
        }
        if (scheduled.compareAndSet(false, true)) {
            execute(this);
        }
    }

    /**
     * Catch-up thread.
     *
     * @param taken told when the lane has them, or never will
     */
    void deliver(List<Delivery> deliveries, Runnable taken) {
        boolean accepted = execute(() -> {
            taken.run();
            if (hub.isOpen()) {
                hub.guard(() -> take(deliveries));
            }
        });
        if (!accepted) {
            taken.run();
        }
    }

    /** False if the event loop is gone, and its streams with it. */
    private boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    // ---- turns

    @Override
    public void run() {
        scheduled.set(false);
        if (hub.isOpen()) {
            hub.guard(this::takeInbox);
        }
    }

    /** Looks at everything that was posted so far. */
    void takeInbox() {
        boolean lost = overflowed.getAndSet(false);
        for (int i = 0; i < MAX_BATCHES_PER_TURN; i++) {
            Batch batch = inbox.poll();
            if (batch == null) {
                break;
            }
            inboxBytes.addAndGet(-batch.weight());
            take(batch);
        }
        offerMatched();
        if (!inbox.isEmpty() && scheduled.compareAndSet(false, true)) {
            execute(this);
        }
        if (lost) {
            skipTo(history.currentRevision());
        }
        flush();
        answerProgress();
    }

    private void take(Batch batch) {
        if (batch.isGap()) {
            offerMatched();
            skipTo(batch.to());
            return;
        }
        if (batch.to() <= revision) {
            return;
        }
        if (batch.from() > revision) {
            offerMatched();
            skipTo(batch.from());
        }
        for (WatchEvent event : batch.events()) {
            if (event.revision() > revision) {
                index.forEachWatching(event.change().key(), group -> {
                    if (group.match(event)) {
                        matchedGroups.add(group);
                    }
                });
            }
        }
        revision = batch.to();
        recent.add(batch);
    }

    /** What lies between is only in the store. */
    private void skipTo(long newRevision) {
        assert matchedGroups.isEmpty();
        recent.clear();
        if (newRevision <= revision) {
            return;
        }
        long from = revision + 1;
        revision = newRevision;
        for (WatcherGroup group : List.copyOf(groups.values())) {
            for (int slot = group.size() - 1; slot >= 0; slot--) {
                Watcher watcher = group.watcher(slot);
                if (watcher.next() <= newRevision) {
                    leave(watcher);
                    watcher.setNext(Math.max(watcher.next(), from));
                    settle(watcher);
                }
            }
        }
    }

    private void offerMatched() {
        long told = 0;
        for (WatcherGroup group : matchedGroups) {
            told += offer(group, group.takeMatched());
        }
        matchedGroups.clear();
        hub.eventsTold(told);
    }

    private long offer(WatcherGroup group, List<WatchEvent> events) {
        boolean prevKv = group.interest().prevKv();
        long first = events.get(0).revision();
        List<EventBlock> blocks = EventBlock.cut(events, prevKv, history, config.maxReplyBytes(), group.size());
        long told = 0;
        for (int slot = group.size() - 1; slot >= 0; slot--) {
            Watcher watcher = group.watcher(slot);
            List<EventBlock> own = watcher.next() <= first ? blocks : cut(since(watcher.next(), events), prevKv);
            told += offer(watcher, own, 0);
        }
        return told;
    }

    private static List<WatchEvent> since(long next, List<WatchEvent> events) {
        return events.stream().filter(event -> event.revision() >= next).toList();
    }

    private List<EventBlock> cut(List<WatchEvent> events, boolean prevKv) {
        return EventBlock.cut(events, prevKv, history, config.maxReplyBytes(), 1);
    }

    /**
     * Hands the blocks to the watcher's stream. Where that refuses, the watcher waits with its cursor there.
     *
     * @param covered what the last block covers, if more than its own events
     */
    private long offer(Watcher watcher, List<EventBlock> blocks, long covered) {
        StreamWatches stream = watcher.stream();
        long told = 0;
        for (int i = 0; i < blocks.size(); i++) {
            EventBlock block = blocks.get(i);
            boolean last = i == blocks.size() - 1;
            long header = last ? Math.max(covered, block.lastRevision()) : block.lastRevision();
            if (!stream.offer(watcher, block, header)) {
                leave(watcher);
                watcher.setNext(block.firstRevision());
                stream.waitForRoom(watcher);
                break;
            }
            told += block.eventCount();
        }
        return told;
    }

    private void take(List<Delivery> deliveries) {
        long told = 0;
        for (Delivery delivery : deliveries) {
            Watcher watcher = delivery.watcher();
            if (watcher.state() != Watcher.State.READING) {
                continue; // canceled meanwhile
            }
            if (delivery.isCompacted()) {
                watcher.stream().compacted(watcher, delivery.compactRevision());
                continue;
            }
            told += offer(watcher, delivery.blocks(), delivery.next() - 1);
            if (watcher.state() == Watcher.State.READING) {
                watcher.setNext(delivery.next());
                settle(watcher);
            }
        }
        hub.eventsTold(told);
        flush();
    }

    // ---- watchers

    /** Decides by its cursor where a watcher that is in no group belongs. */
    void settle(Watcher watcher) {
        if (watcher.next() > revision) {
            join(watcher);
            return;
        }
        if (!watcher.stream().hasRoomFor(watcher)) {
            watcher.stream().waitForRoom(watcher);
            return;
        }
        if (!recent.reachBackTo(watcher.next())) {
            watcher.moveTo(Watcher.State.READING);
            hub.catchUp().request(watcher, this);
            return;
        }
        watcher.moveTo(Watcher.State.READING);
        List<WatchEvent> events = recent.find(watcher.interest(), watcher.next());
        hub.eventsTold(offer(watcher, cut(events, watcher.interest().prevKv()), revision));
        if (watcher.state() == Watcher.State.READING) {
            watcher.setNext(revision + 1);
            join(watcher);
        }
    }

    private void join(Watcher watcher) {
        WatcherGroup group = groups.get(watcher.interest());
        if (group == null) {
            group = new WatcherGroup(watcher.interest());
            groups.put(group.interest(), group);
            index.add(group.interest().range(), group);
        }
        group.add(watcher);
        watcher.moveTo(Watcher.State.SYNCED);
    }

    /** Takes the watcher out of its group, if it is in one. */
    void leave(Watcher watcher) {
        WatcherGroup group = watcher.group();
        if (group == null) {
            return;
        }
        group.remove(watcher);
        if (group.isEmpty()) {
            groups.remove(group.interest());
            index.remove(group.interest().range(), group);
        }
    }

    /** What the lane has looked at. */
    long revision() {
        return revision;
    }

    // ---- streams

    void touched(StreamWatches stream) {
        touched.add(stream);
    }

    /** What this turn put into outboxes goes out now. */
    void flush() {
        for (int i = 0; i < touched.size(); i++) { // draining may touch again
            touched.get(i).drainTouched();
        }
        touched.clear();
    }

    /** The stream is asked to answer once the lane has looked at everything up to this revision. */
    void awaitProgress(StreamWatches stream) {
        awaitingProgress.add(stream);
    }

    private void answerProgress() {
        if (!awaitingProgress.isEmpty()) {
            awaitingProgress.removeIf(StreamWatches::answerProgressIfProven);
            flush();
        }
    }
}
