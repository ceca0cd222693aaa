package io.metastore.storage.watch;

import org.jspecify.annotations.Nullable;

/**
 * One watched range of one stream. Everything in it belongs to the lane of its stream.
 *
 * <pre>
 *            create
 *           /      \
 *   SYNCED          READING ------> COMPACTED     history is asked for; what is needed may be gone
 *     |  ^           ^  |  \
 *     |  +-----------|--+   |                     what was read reaches the lane's revision
 *     |              |      |
 *     +-----------> WAITING <                     the outbox refused
 *
 *   any state -> CLOSED by the client's cancel or the end of the stream
 * </pre>
 *
 * <p>{@code next} is the cursor: everything below it was handed to the outbox, nothing from it on. It is not moved while
 * the watcher is synced: there, what the lane has looked at counts too.
 */
final class Watcher {

    enum State {
        /** In its group, follows live. */
        SYNCED,
        /** Its cursor is with the catch-up thread. */
        READING,
        /** Until its stream has room. */
        WAITING,
        /** Canceled by a compaction; only keeps its id. */
        COMPACTED,
        CLOSED
    }

    private final StreamWatches stream;
    private final long id;
    private final Interest interest;
    private final long askedStart;
    private final boolean progressNotify;
    private final boolean fragments;

    private State state = State.READING;
    private long next;
    private int pendingBytes;
    private boolean toldSinceTick;
    private @Nullable WatcherGroup group;
    private int slot;

    Watcher(
            StreamWatches stream,
            long id,
            Interest interest,
            long askedStart,
            long firstRevision,
            boolean progressNotify,
            boolean fragments) {
        this.stream = stream;
        this.id = id;
        this.interest = interest;
        this.askedStart = askedStart;
        this.next = firstRevision;
        this.progressNotify = progressNotify;
        this.fragments = fragments;
    }

    StreamWatches stream() {
        return stream;
    }

    long id() {
        return id;
    }

    Interest interest() {
        return interest;
    }

    /** The start revision that the client named, 0 for "from now": below it there is no progress to tell. */
    long askedStart() {
        return askedStart;
    }

    boolean wantsProgress() {
        return progressNotify;
    }

    boolean wantsFragments() {
        return fragments;
    }

    State state() {
        return state;
    }

    boolean isSynced() {
        return state == State.SYNCED;
    }

    long next() {
        return next;
    }

    void moveTo(State newState) {
        assert state != State.CLOSED : "closed for good";
        stream.stateChanged(state, newState);
        state = newState;
    }

    void setNext(long revision) {
        assert revision >= next : "a cursor never goes back: " + next + " -> " + revision;
        next = revision;
    }

    /** Bytes of its events in the outbox. */
    int pendingBytes() {
        return pendingBytes;
    }

    void addPendingBytes(int bytes) {
        pendingBytes += bytes;
        assert pendingBytes >= 0;
    }

    void told() {
        toldSinceTick = true;
    }

    /** Whether it was told something since the last call. */
    boolean takeTold() {
        boolean told = toldSinceTick;
        toldSinceTick = false;
        return told;
    }

    @Nullable
    WatcherGroup group() {
        return group;
    }

    int slot() {
        return slot;
    }

    void placed(@Nullable WatcherGroup newGroup, int newSlot) {
        group = newGroup;
        slot = newSlot;
    }
}
