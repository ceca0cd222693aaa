package io.metastore.storage.watch;

/**
 * The limits of the watch hub.
 *
 * @param maxWatches in the whole member
 * @param maxWatchesPerStream in one stream
 * @param maxWatcherBytes events of one watcher that may wait for its client; one revision alone may be larger
 * @param maxStreamBytes events of one stream that may wait for its client
 * @param maxHeldBytes events of all streams that may wait for clients
 * @param maxReplyBytes events in one response that covers several revisions
 * @param maxInboxBytes published changes that may wait for an event loop
 * @param maxRecentBytes published changes that an event loop keeps at hand for watchers that are a little behind
 */
public record WatchConfig(
        int maxWatches,
        int maxWatchesPerStream,
        int maxWatcherBytes,
        int maxStreamBytes,
        long maxHeldBytes,
        int maxReplyBytes,
        int maxInboxBytes,
        int maxRecentBytes) {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    /** The limits of a member with a heap of this size. */
    public static WatchConfig forHeap(long heapBytes) {
        return new WatchConfig(
                100_000,
                10_000,
                MIB,
                4 * MIB,
                Math.max(16L * MIB, Math.min(256L * MIB, heapBytes / 8)),
                MIB,
                16 * MIB,
                2 * MIB);
    }

    /** Small bounds, so that tests reach them. */
    static WatchConfig tiny() {
        return new WatchConfig(100, 50, KIB, 4 * KIB, 64 * KIB, 512, 4 * KIB, KIB);
    }
}
