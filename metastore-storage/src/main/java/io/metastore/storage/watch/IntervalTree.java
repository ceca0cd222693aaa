package io.metastore.storage.watch;

import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by key range, found by a key that the range contains. One thread.
 *
 * <p>A treap ordered by start, then end; each node knows the greatest end below it, so that a search leaves out what ends
 * before the key.
 */
final class IntervalTree<V> {

    private static final class Node<V> {
        final KeyRange range;
        final V value;
        final int priority;

        @Nullable
        Node<V> left;

        @Nullable
        Node<V> right;
        /** Null: without end. */
        @Nullable
        Key maxEnd;

        Node(KeyRange range, V value, int priority) {
            this.range = range;
            this.value = value;
            this.priority = priority;
            this.maxEnd = range.end();
        }

        void update() {
            Key max = range.end();
            if (left != null) {
                max = later(max, left.maxEnd);
            }
            if (right != null) {
                max = later(max, right.maxEnd);
            }
            maxEnd = max;
        }
    }

    private @Nullable Node<V> root;
    private int seed = 1;

    boolean isEmpty() {
        return root == null;
    }

    /** The value of exactly this range, made if absent. */
    V computeIfAbsent(KeyRange range, Supplier<V> make) {
        Node<V> found = find(range);
        if (found != null) {
            return found.value;
        }
        V value = make.get();
        root = insert(root, new Node<>(range, value, nextPriority()));
        return value;
    }

    @Nullable
    V get(KeyRange range) {
        Node<V> found = find(range);
        return found == null ? null : found.value;
    }

    void remove(KeyRange range) {
        root = remove(root, range);
    }

    /** Visits the values of all ranges that contain the key. */
    void forEachContaining(Key key, Consumer<? super V> visitor) {
        visit(root, key, visitor);
    }

    private @Nullable Node<V> find(KeyRange range) {
        Node<V> node = root;
        while (node != null) {
            int order = compare(range, node.range);
            if (order == 0) {
                return node;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    private static <V> void visit(@Nullable Node<V> from, Key key, Consumer<? super V> visitor) {
        Node<V> node = from;
        while (node != null && endsAfter(node.maxEnd, key)) {
            visit(node.left, key, visitor);
            if (key.compareTo(node.range.start()) < 0) {
                return;
            }
            if (endsAfter(node.range.end(), key)) {
                visitor.accept(node.value);
            }
            node = node.right;
        }
    }

    private static <V> Node<V> insert(@Nullable Node<V> at, Node<V> added) {
        if (at == null) {
            return added;
        }
        if (compare(added.range, at.range) < 0) {
            Node<V> left = insert(at.left, added);
            at.left = left;
            if (left.priority > at.priority) {
                at.left = left.right;
                left.right = at;
                at.update();
                left.update();
                return left;
            }
        } else {
            Node<V> right = insert(at.right, added);
            at.right = right;
            if (right.priority > at.priority) {
                at.right = right.left;
                right.left = at;
                at.update();
                right.update();
                return right;
            }
        }
        at.update();
        return at;
    }

    private static <V> @Nullable Node<V> remove(@Nullable Node<V> at, KeyRange range) {
        if (at == null) {
            return null;
        }
        int order = compare(range, at.range);
        if (order == 0) {
            return merge(at.left, at.right);
        }
        if (order < 0) {
            at.left = remove(at.left, range);
        } else {
            at.right = remove(at.right, range);
        }
        at.update();
        return at;
    }

    private static <V> @Nullable Node<V> merge(@Nullable Node<V> left, @Nullable Node<V> right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        if (left.priority > right.priority) {
            left.right = merge(left.right, right);
            left.update();
            return left;
        }
        right.left = merge(left, right.left);
        right.update();
        return right;
    }

    private int nextPriority() {
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        return seed;
    }

    private static int compare(KeyRange a, KeyRange b) {
        int byStart = a.start().compareTo(b.start());
        if (byStart != 0) {
            return byStart;
        }
        Key aEnd = a.end();
        Key bEnd = b.end();
        if (aEnd == null || bEnd == null) {
            return Boolean.compare(aEnd == null, bEnd == null);
        }
        return aEnd.compareTo(bEnd);
    }

    private static boolean endsAfter(@Nullable Key end, Key key) {
        return end == null || key.compareTo(end) < 0;
    }

    private static @Nullable Key later(@Nullable Key a, @Nullable Key b) {
        if (a == null || b == null) {
            return null;
        }
        return a.compareTo(b) >= 0 ? a : b;
    }
}
