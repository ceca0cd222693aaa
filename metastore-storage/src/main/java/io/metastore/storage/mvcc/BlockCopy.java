package io.metastore.storage.mvcc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocks that cover a range with their numbers of live keys, all as of one revision. Belongs to one thread. */
final class BlockCopy {
    private final long revision;
    private final @Nullable Key end;
    private final List<Key> starts = new ArrayList<>();
    private long[] counts = new long[16];
    private @Nullable Key afterLast;

    /**
     * @param revision what the counts are of
     * @param end of what is to be covered; null is the last key
     */
    BlockCopy(long revision, @Nullable Key end) {
        this.revision = revision;
        this.end = end;
    }

    long revision() {
        return revision;
    }

    int size() {
        return starts.size();
    }

    Key start(int block) {
        return starts.get(block);
    }

    /** Where the next block starts; null if none does. */
    @Nullable
    Key end(int block) {
        return block + 1 < starts.size() ? starts.get(block + 1) : afterLast;
    }

    long count(int block) {
        return counts[block];
    }

    /** Is the key behind all that is to be covered? */
    boolean isBehind(Key key) {
        return end != null && key.compareTo(end) >= 0;
    }

    /** False if the block starts behind all that is to be covered. */
    boolean add(Key start, long count) {
        if (isBehind(start)) {
            return false;
        }
        int size = starts.size();
        if (size == counts.length) {
            counts = Arrays.copyOf(counts, 2 * size);
        }
        starts.add(start);
        counts[size] = count;
        return true;
    }

    /** The start of the first block that is not here. */
    void endsAt(@Nullable Key next) {
        afterLast = next;
    }

    /** Takes back a change that is later than the revision, of a key in a block from {@code first} on, if it is in one. */
    void takeBack(LiveDelta delta, int first) {
        if (afterLast != null && delta.key().compareTo(afterLast) >= 0) {
            return;
        }
        int low = first;
        int high = starts.size() - 1;
        if (high < first || delta.key().compareTo(starts.get(first)) < 0) {
            return;
        }
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts.get(middle).compareTo(delta.key()) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        counts[low] -= delta.sign();
    }
}
