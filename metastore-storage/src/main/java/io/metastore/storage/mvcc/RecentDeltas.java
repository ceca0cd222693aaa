package io.metastore.storage.mvcc;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The latest births and deaths of keys, to take present counts back to a revision not long ago. Guarded by {@link KeyCounts}. */
final class RecentDeltas {
    private final @Nullable LiveDelta[] ring;
    private long added;
    private long floor;

    /** @param capacity a power of two */
    RecentDeltas(int capacity, long floor) {
        this.ring = new LiveDelta[capacity];
        this.floor = floor;
    }

    /** The oldest revision that counts can be taken back to: every delta after it is here. */
    long floor() {
        return floor;
    }

    void add(LiveDelta delta) {
        int slot = (int) added & (ring.length - 1);
        LiveDelta overwritten = ring[slot];
        if (overwritten != null) {
            floor = overwritten.revision();
        }
        ring[slot] = delta;
        added++;
    }

    /** Sum of the deltas after {@code revision} of keys in the range. */
    long sumAfter(long revision, KeyRange range) {
        long[] sum = {0};
        forEachAfter(revision, delta -> {
            if (range.contains(delta.key())) {
                sum[0] += delta.sign();
            }
        });
        return sum[0];
    }

    void forEachAfter(long revision, Consumer<LiveDelta> visitor) {
        for (long i = added - 1; i >= Math.max(0, added - ring.length); i--) {
            LiveDelta delta = ring[(int) i & (ring.length - 1)];
            if (delta == null || delta.revision() <= revision) {
                break;
            }
            visitor.accept(delta);
        }
    }
}
