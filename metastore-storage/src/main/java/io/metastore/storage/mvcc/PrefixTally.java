package io.metastore.storage.mvcc;

import io.metastore.storage.mvcc.PrefixReport.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Adds up keys and bytes by prefix. What is added comes in key order, so that only the prefixes of the newest key are open; of
 * those that are closed the largest are kept. Belongs to one thread.
 */
final class PrefixTally {
    /** A prefix that further keys may have. */
    private static final class Node {
        private final byte[] name;
        /** With those of the prefixes inside. */
        private long keys;

        private double bytesInside;
        private boolean estimatedInside;
        // Directly here, in no prefix inside.
        private long readKeys;
        private long readBytes;
        private long unreadKeys;

        Node(byte[] name) {
            this.name = name;
        }
    }

    private final PrefixQuery query;
    private final PriorityQueue<Prefix> largest;
    private final List<Node> open = new ArrayList<>();
    private final int[] ends;
    private long readKeys;
    private long readBytes;

    PrefixTally(PrefixQuery query) {
        this.query = query;
        this.ends = new int[query.depth()];
        Comparator<Prefix> bySize = query.order() == PrefixQuery.Order.KEYS
                ? Comparator.comparingLong(Prefix::keys)
                : Comparator.comparingLong(Prefix::bytes);
        // Of two that are alike the outer one counts as larger: it comes before what lies in it.
        this.largest = new PriorityQueue<>(
                bySize.thenComparing(Comparator.comparingInt(Prefix::depth).reversed()));
        open.add(new Node(query.below().bytes()));
    }

    /** A key that was looked at. */
    void key(byte[] key, long bytes) {
        Node node = enter(key, query.ends(key, ends));
        node.keys++;
        node.readKeys++;
        node.readBytes += bytes;
        readKeys++;
        readBytes += bytes;
    }

    /** Keys that were not looked at: all begin with the first {@code levels} prefixes of {@code like}. */
    void unread(byte[] like, int levels, long count) {
        Node node = enter(like, Math.min(levels, query.ends(like, ends)));
        node.keys += count;
        node.unreadKeys += count;
    }

    /** Ends the counting. */
    PrefixReport report(long revision, long missing) {
        while (open.size() > 1) {
            close();
        }
        Prefix total = measured(open.get(0), 0);
        List<Prefix> prefixes = new ArrayList<>(largest);
        prefixes.sort(Comparator.comparing(Prefix::name));
        return new PrefixReport(revision, total, prefixes, missing, readKeys);
    }

    /** The node of the first prefixes of the key, which {@link #ends} are of. */
    private Node enter(byte[] key, int levels) {
        int common = 0;
        while (common < levels && common + 1 < open.size()) {
            byte[] name = open.get(common + 1).name;
            if (name.length != ends[common] || !Arrays.equals(name, 0, name.length, key, 0, name.length)) {
                break;
            }
            common++;
        }
        while (open.size() > common + 1) {
            close();
        }
        for (int level = common; level < levels; level++) {
            open.add(new Node(Arrays.copyOf(key, ends[level])));
        }
        return open.get(open.size() - 1);
    }

    private void close() {
        int depth = open.size() - 1;
        Node node = open.remove(depth);
        Prefix prefix = measured(node, depth);
        Node outer = open.get(depth - 1);
        outer.keys += node.keys;
        outer.bytesInside += prefix.bytes();
        outer.estimatedInside |= !prefix.bytesExact();
        if (node.keys > 0) {
            largest.add(prefix);
            if (largest.size() > query.top()) {
                largest.remove();
            }
        }
    }

    private Prefix measured(Node node, int depth) {
        boolean ownKeysRead = node.readKeys > 0;
        long sampleKeys = ownKeysRead ? node.readKeys : readKeys;
        long sampleBytes = ownKeysRead ? node.readBytes : readBytes;
        double mean = sampleKeys == 0 ? 0 : (double) sampleBytes / sampleKeys;
        long bytes = Math.round(node.bytesInside + node.readBytes + node.unreadKeys * mean);
        return new Prefix(Key.of(node.name), depth, node.keys, bytes, !node.estimatedInside && node.unreadKeys == 0);
    }
}
