package io.metastore.storage.watch;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client, in order. Events are refused when too many bytes wait already; a block that several watchers
 * of the stream get is counted once, as it is there once. Lane only.
 */
final class Outbox {
    /** What a response costs beside its events. */
    private static final int REPLY_BYTES = 96;
    /** So many answers to requests may wait before no more requests should be read. */
    private static final int MAX_ANSWERS = 1_000;

    private final int maxBytes;
    private final int maxWatcherBytes;
    private final HeldBytes held;
    private final ArrayDeque<WatchReply> replies = new ArrayDeque<>();
    private long bytes;
    private int answers;

    Outbox(WatchConfig config, HeldBytes held) {
        this.maxBytes = config.maxStreamBytes();
        this.maxWatcherBytes = config.maxWatcherBytes();
        this.held = held;
    }

    /** Takes the events or refuses; a single response always finds room in an empty outbox. */
    boolean offer(WatchReply reply, Watcher watcher, EventBlock block) {
        boolean shared = isLast(block);
        long cost = shared ? REPLY_BYTES : (long) REPLY_BYTES + block.bytes();
        if (!replies.isEmpty() && !fits(cost, watcher, block)) {
            return false;
        }
        replies.addLast(reply);
        bytes += cost;
        watcher.addPendingBytes(block.bytes());
        if (!shared && block.hold()) {
            held.add(block.weight());
        }
        return true;
    }

    private boolean fits(long cost, Watcher watcher, EventBlock block) {
        int pending = watcher.pendingBytes();
        return bytes + cost <= maxBytes
                && (pending == 0 || (long) pending + block.bytes() <= maxWatcherBytes)
                && held.hasRoom();
    }

    private boolean isLast(EventBlock block) {
        WatchReply last = replies.peekLast();
        return last != null && last.block() == block;
    }

    /** Answers to requests, and progress: small, and bounded by who asks for them. */
    void answer(WatchReply reply) {
        replies.addLast(reply);
        bytes += REPLY_BYTES;
        answers++;
    }

    @Nullable
    WatchReply poll() {
        WatchReply reply = replies.pollFirst();
        if (reply == null) {
            return null;
        }
        bytes -= REPLY_BYTES;
        EventBlock block = reply.block();
        Watcher watcher = reply.watcher();
        if (block == null || watcher == null) {
            answers--;
            return reply;
        }
        watcher.addPendingBytes(-block.bytes());
        WatchReply following = replies.peekFirst();
        if (following == null || following.block() != block) {
            bytes -= block.bytes();
            if (block.release()) {
                held.add(-block.weight());
            }
        }
        return reply;
    }

    boolean isEmpty() {
        return replies.isEmpty();
    }

    boolean acceptsAnswers() {
        return answers < MAX_ANSWERS;
    }

    /** Is it worth reading history for watchers of this stream? */
    boolean isHalfEmpty() {
        return replies.isEmpty() || (bytes <= maxBytes / 2 && held.hasRoom());
    }

    /** Is it worth reading history for this watcher? */
    boolean hasRoomFor(Watcher watcher) {
        return isHalfEmpty() && watcher.pendingBytes() <= maxWatcherBytes / 2;
    }

    long bytes() {
        return bytes;
    }

    /** Returns how many events are gone with what was here. */
    long clear() {
        long events = 0;
        for (WatchReply reply = poll(); reply != null; reply = poll()) {
            events += reply.events();
        }
        return events;
    }
}
