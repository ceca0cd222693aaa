package io.metastore.storage.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One walk over all that can be reached from the root of a file. No page is visited twice, keys ascend, and what is below an
 * element of a branch lies between its key and the next one's: so it ends, and what it tells is in order.
 */
final class TreeWalk {
    /** Deeper than the tree of any file that fits a disk. */
    private static final int MOST_LEVELS = 40;

    private final BoltFile file;
    private final BitSet seen;

    TreeWalk(BoltFile file) {
        this.file = file;
        this.seen = new BitSet(file.pages());
    }

    void walk(long rootPage, BoltVisitor visitor) throws IOException {
        walk(page(rootPage), new Bounds(null, null), 0, new Root(visitor));
    }

    /** What is done with the entries of a leaf. */
    private interface Leaves {
        void entry(BoltPage leaf, int index, byte[] key) throws IOException;
    }

    /** At least the first, below the other; null is open. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Bounds(byte @Nullable [] from, byte @Nullable [] to) {
        boolean contains(byte[] key) {
            return (from == null || Arrays.compareUnsigned(from, key) <= 0)
                    && (to == null || Arrays.compareUnsigned(key, to) < 0);
        }
    }

    private void walk(BoltPage page, Bounds bounds, int level, Leaves leaves) throws IOException {
        if (level == MOST_LEVELS) {
            throw new BoltException("page %d: more than %d levels".formatted(page.id(), MOST_LEVELS));
        }
        byte[] previous = null;
        for (int i = 0; i < page.count(); i++) {
            byte[] key = page.key(i);
            if (!bounds.contains(key) || (previous != null && Arrays.compareUnsigned(previous, key) >= 0)) {
                throw new BoltException("page %d: key %d is not in its place".formatted(page.id(), i));
            }
            previous = key;
            if (page.isLeaf()) {
                leaves.entry(page, i, key);
            } else {
                byte[] next = i + 1 < page.count() ? page.key(i + 1) : bounds.to();
                walk(page(page.child(i)), new Bounds(key, next), level + 1, leaves);
            }
        }
    }

    private BoltPage page(long id) throws IOException {
        return file.page(id, seen);
    }

    /** The entries of the root are buckets. */
    private final class Root implements Leaves {
        private final BoltVisitor visitor;

        Root(BoltVisitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public void entry(BoltPage leaf, int index, byte[] name) throws IOException {
            byte[] value = leaf.value(index);
            if (!leaf.isBucket(index) || value.length < BoltFormat.BUCKET_BYTES) {
                throw new BoltException("page %d: entry %d is no bucket".formatted(leaf.id(), index));
            }
            visitor.bucket(name);
            long root = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
            BoltPage top = root == 0
                    ? new BoltPage(leaf.id(), Arrays.copyOfRange(value, BoltFormat.BUCKET_BYTES, value.length))
                    : page(root);
            if (root == 0 && !top.isLeaf()) {
                throw new BoltException("page %d: a bucket within its entry has branches".formatted(leaf.id()));
            }
            walk(top, new Bounds(null, null), 0, (page, i, key) -> {
                if (page.isBucket(i)) {
                    throw new BoltException("page %d: a bucket within a bucket".formatted(page.id()));
                }
                visitor.entry(key, page.value(i));
            });
        }
    }
}
