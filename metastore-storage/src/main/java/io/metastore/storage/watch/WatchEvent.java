package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Change;
import org.jspecify.annotations.Nullable;

/**
 * One change as watchers see it: encoded at most twice, without and with the previous value, however many of them want
 * it.
 *
 * <p>Any thread. Two threads that come first at the same time may both encode; the bytes are the same.
 */
final class WatchEvent {
    /** Rough cost of a change beside its key and value. */
    private static final int OVERHEAD_BYTES = 96;

    private final Change change;
    private volatile byte @Nullable [] plain;
    private volatile byte @Nullable [] withPrevious;

    WatchEvent(Change change) {
        this.change = change;
    }

    Change change() {
        return change;
    }

    long revision() {
        return change.revision().main();
    }

    /** Rough size in memory while not encoded. */
    int weight() {
        return change.keyValue().length + OVERHEAD_BYTES;
    }

    /** The field {@code events} of a watch response, tag and length included. */
    byte[] encoded(boolean prevKv, WatchHistory history) {
        return prevKv ? encodedWithPrevious(history) : encodedPlain();
    }

    private byte[] encodedPlain() {
        byte[] bytes = plain;
        if (bytes == null) {
            bytes = EventCodec.encode(change, null);
            plain = bytes;
        }
        return bytes;
    }

    private byte[] encodedWithPrevious(WatchHistory history) {
        if (revision() <= history.compactedRevision()) {
            return encodedPlain(); // what was encoded before the compaction no longer counts
        }
        byte[] bytes = withPrevious;
        if (bytes == null) {
            byte[] previous = history.keyValueBefore(change);
            bytes = previous == null ? encodedPlain() : EventCodec.encode(change, previous);
            withPrevious = bytes;
        }
        return bytes;
    }
}
