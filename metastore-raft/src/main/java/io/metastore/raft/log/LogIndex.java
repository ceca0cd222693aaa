package io.metastore.raft.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which entries are alive, and in which segment. Guarded by the lock of {@link SegmentedLog}. */
final class LogIndex {

    /** In order of their ids; the last one takes the frames. */
    private final Deque<Segment> segments = new ArrayDeque<>();

    /** Indexes of live entries that are not {@link LogRecord#DATA}, ascending. */
    private final Deque<Long> marked = new ArrayDeque<>();

    private long first = 1;
    private long last;

    long first() {
        return first;
    }

    long last() {
        return last;
    }

    Segment active() {
        return segments.getLast();
    }

    /** From here on {@code segment} takes the frames; its first says that the next entry is {@code startIndex}. */
    void activate(Segment segment, long startIndex) {
        segment.startAt(startIndex);
        segments.addLast(segment);
    }

    List<Segment> segments() {
        return new ArrayList<>(segments);
    }

    List<Long> marked() {
        return new ArrayList<>(marked);
    }

    /** The segment that holds {@code index}, null if the entry is not alive. */
    @Nullable
    Segment find(long index) {
        if (index < first || index > last) {
            return null;
        }
        for (Iterator<Segment> newestFirst = segments.descendingIterator(); newestFirst.hasNext(); ) {
            Segment segment = newestFirst.next();
            if (segment.holds(index)) {
                return segment;
            }
        }
        return null;
    }

    void append(Segment segment, int offset, byte kind) {
        last++;
        segment.add(last, offset);
        if (kind != LogRecord.DATA) {
            marked.addLast(last);
        }
    }

    void truncateSuffix(long lastKept) {
        for (Segment segment : segments) {
            segment.dropAfter(lastKept);
        }
        while (!marked.isEmpty() && marked.getLast() > lastKept) {
            marked.removeLast();
        }
        last = lastKept;
    }

    void truncatePrefix(long firstKept) {
        first = firstKept;
        while (!marked.isEmpty() && marked.getFirst() < firstKept) {
            marked.removeFirst();
        }
    }

    void reset(long next) {
        truncateSuffix(0);
        first = next;
        last = next - 1;
    }

    /** Takes out the segments at the old end that are not needed to find all of this again. */
    List<Segment> takeDead() {
        List<Segment> dead = new ArrayList<>();
        Iterator<Segment> oldestFirst = segments.iterator();
        Segment oldest = oldestFirst.next();
        while (oldestFirst.hasNext()) {
            Segment following = oldestFirst.next();
            // Its start would be taken for that of the log, which other frames only ever move forward.
            if (following.startIndex() > first) {
                break;
            }
            dead.add(oldest);
            oldest = following;
        }
        segments.removeAll(dead);
        return dead;
    }
}
