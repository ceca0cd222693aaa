package io.metastore.storage.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last batches of a lane, without holes: the last step of a watcher that catches up. Without them it would always be
 * one batch late while writes go on. Lane only.
 */
final class RecentBatches {
    /** More than this is looked through by the catch-up thread, not on the lane. */
    private static final int MAX_EVENTS = 1024;

    private final int maxBytes;
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private long bytes;
    private int events;

    /** Watchers of one interest mostly come in a row and from the same revision. */
    private @Nullable Interest lastInterest;

    private long lastFrom;
    private List<WatchEvent> lastFound = List.of();

    RecentBatches(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    void add(Batch batch) {
        assert batches.isEmpty() || batches.getLast().to() == batch.from();
        batches.addLast(batch);
        bytes += batch.weight();
        events += batch.events().size();
        lastInterest = null;
        while (bytes > maxBytes || events > MAX_EVENTS) {
            Batch oldest = batches.removeFirst();
            bytes -= oldest.weight();
            events -= oldest.events().size();
        }
    }

    void clear() {
        batches.clear();
        bytes = 0;
        events = 0;
        lastInterest = null;
    }

    /** Are all changes from this revision on here? */
    boolean reachBackTo(long revision) {
        Batch oldest = batches.peekFirst();
        return oldest != null && oldest.from() < revision;
    }

    List<WatchEvent> find(Interest interest, long fromRevision) {
        if (interest.equals(lastInterest) && fromRevision == lastFrom) {
            return lastFound;
        }
        List<WatchEvent> found = new ArrayList<>();
        for (Batch batch : batches) {
            if (batch.to() < fromRevision) {
                continue;
            }
            for (WatchEvent event : batch.events()) {
                if (event.revision() >= fromRevision && interest.includes(event.change())) {
                    found.add(event);
                }
            }
        }
        lastInterest = interest;
        lastFrom = fromRevision;
        lastFound = found;
        return found;
    }
}
