package io.metastore.storage.watch;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoded events of some whole revisions, as they go into one response; shared by all watchers that get the same.
 *
 * <p>The bytes never change. The count of outboxes that hold the block belongs to one lane.
 */
final class EventBlock {
    /** From so many readers on, one copy into one array is cheaper than many small writes by each. */
    private static final int READERS_WORTH_JOINING = 4;

    private final long firstRevision;
    private final long lastRevision;
    private final byte[][] events;
    private final int bytes;
    private final byte @Nullable [] joined;

    /** Lane only. */
    private int holders;

    private EventBlock(long firstRevision, long lastRevision, byte[][] events, int bytes, boolean join) {
        this.firstRevision = firstRevision;
        this.lastRevision = lastRevision;
        this.events = events;
        this.bytes = bytes;
        this.joined = join ? join(events, bytes) : null;
    }

    /**
     * Cuts events into blocks of at most {@code maxBytes}, never inside a revision: one revision alone may be larger.
     *
     * @param readers how many watchers will get the blocks
     */
    static List<EventBlock> cut(
            List<WatchEvent> events, boolean prevKv, WatchHistory history, int maxBytes, int readers) {
        List<EventBlock> blocks = new ArrayList<>(1);
        byte[][] encoded = new byte[events.size()][];
        int start = 0;
        int bytes = 0;
        int revisionStart = 0;
        int revisionBytes = 0;
        for (int i = 0; i < encoded.length; i++) {
            WatchEvent event = events.get(i);
            if (event.revision() != events.get(revisionStart).revision()) {
                revisionStart = i;
                revisionBytes = 0;
            }
            encoded[i] = event.encoded(prevKv, history);
            revisionBytes += encoded[i].length;
            bytes += encoded[i].length;
            if (bytes > maxBytes && start < revisionStart) {
                blocks.add(block(events, encoded, start, revisionStart, readers));
                start = revisionStart;
                bytes = revisionBytes;
            }
        }
        if (start < encoded.length) {
            blocks.add(block(events, encoded, start, encoded.length, readers));
        }
        return blocks;
    }

    private static EventBlock block(List<WatchEvent> events, byte[][] encoded, int from, int to, int readers) {
        byte[][] part = from == 0 && to == encoded.length ? encoded : Arrays.copyOfRange(encoded, from, to);
        int bytes = 0;
        for (byte[] event : part) {
            bytes += event.length;
        }
        boolean join = readers >= READERS_WORTH_JOINING && part.length > 1;
        return new EventBlock(events.get(from).revision(), events.get(to - 1).revision(), part, bytes, join);
    }

    private static byte[] join(byte[][] events, int bytes) {
        byte[] all = new byte[bytes];
        int at = 0;
        for (byte[] event : events) {
            System.arraycopy(event, 0, all, at, event.length);
            at += event.length;
        }
        return all;
    }

    long firstRevision() {
        return firstRevision;
    }

    long lastRevision() {
        return lastRevision;
    }

    int eventCount() {
        return events.length;
    }

    int eventBytes(int index) {
        return events[index].length;
    }

    int bytes() {
        return bytes;
    }

    /** What the block costs in memory while it is held. */
    int weight() {
        return joined == null ? bytes : 2 * bytes;
    }

    void writeTo(OutputStream out, int from, int to) throws IOException {
        byte[] all = joined;
        if (all != null && from == 0 && to == events.length) {
            out.write(all);
            return;
        }
        for (int i = from; i < to; i++) {
            out.write(events[i]);
        }
    }

    /** True for the first holder: now the block costs memory. */
    boolean hold() {
        return holders++ == 0;
    }

    /** True for the last holder: the block is free. */
    boolean release() {
        assert holders > 0;
        return --holders == 0;
    }
}
