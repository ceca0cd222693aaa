package io.metastore.storage.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map of bytes that never changes: putting and removing make a new one that shares most of the old. A treap whose
 * priorities come from the keys, so equal content has equal shape.
 */
final class PersistentTree {
    static final PersistentTree EMPTY = new PersistentTree(null);

    private final @Nullable Node root;

    private PersistentTree(@Nullable Node root) {
        this.root = root;
    }

    byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    PersistentTree put(byte[] key, byte[] value) {
        return new PersistentTree(put(root, key, value));
    }

    PersistentTree remove(byte[] key) {
        Node without = remove(root, key);
        return without == root ? this : new PersistentTree(without);
    }

    /** Entries of {@code [from, to)}, ascending or descending. */
    Cursor cursor(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
        return new Walk(from, to, reverse);
    }

    private static Node put(@Nullable Node node, byte[] key, byte[] value) {
        if (node == null) {
            return new Node(key, value, priority(key), null, null);
        }
        int order = Arrays.compareUnsigned(key, node.key);
        if (order == 0) {
            return new Node(node.key, value, node.priority, node.left, node.right);
        }
        if (order < 0) {
            Node left = put(node.left, key, value);
            return left.priority > node.priority
                    ? left.with(left.left, node.with(left.right, node.right))
                    : node.with(left, node.right);
        }
        Node right = put(node.right, key, value);
        return right.priority > node.priority
                ? right.with(node.with(node.left, right.left), right.right)
                : node.with(node.left, right);
    }

    private static @Nullable Node remove(@Nullable Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        int order = Arrays.compareUnsigned(key, node.key);
        if (order == 0) {
            return join(node.left, node.right);
        }
        if (order < 0) {
            Node left = remove(node.left, key);
            return left == node.left ? node : node.with(left, node.right);
        }
        Node right = remove(node.right, key);
        return right == node.right ? node : node.with(node.left, right);
    }

    private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        return left.priority > right.priority
                ? left.with(left.left, join(left.right, right))
                : right.with(join(left, right.left), right.right);
    }

    private static int priority(byte[] key) {
        int mixed = Arrays.hashCode(key) * 0x9E3779B9;
        mixed = (mixed ^ (mixed >>> 15)) * 0x85EBCA6B;
        return mixed ^ (mixed >>> 13);
    }

    private static final class Node {
        private final byte[] key;
        private final byte[] value;
        private final int priority;
        private final @Nullable Node left;
        private final @Nullable Node right;

        Node(byte[] key, byte[] value, int priority, @Nullable Node left, @Nullable Node right) {
            this.key = key;
            this.value = value;
            this.priority = priority;
            this.left = left;
            this.right = right;
        }

        Node with(@Nullable Node newLeft, @Nullable Node newRight) {
            return new Node(key, value, priority, newLeft, newRight);
        }
    }

    private final class Walk implements Cursor {
        private final byte @Nullable [] from;
        private final byte @Nullable [] to;
        private final boolean reverse;
        private final Deque<Node> path = new ArrayDeque<>();
        private @Nullable Node current;

        Walk(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
            this.from = from;
            this.to = to;
            this.reverse = reverse;
            Node node = root;
            while (node != null) {
                boolean wanted = reverse ? isBelowEnd(node) : isFromStart(node);
                if (wanted) {
                    path.push(node);
                }
                node = wanted == reverse ? node.right : node.left;
            }
        }

        @Override
        public boolean next() {
            current = path.poll();
            if (current == null) {
                return false;
            }
            Node node = reverse ? current.left : current.right;
            while (node != null) {
                path.push(node);
                node = reverse ? node.right : node.left;
            }
            if (reverse ? isFromStart(current) : isBelowEnd(current)) {
                return true;
            }
            current = null;
            path.clear();
            return false;
        }

        @Override
        public byte[] key() {
            return entry().key;
        }

        @Override
        public byte[] value() {
            return entry().value;
        }

        @Override
        public int peekValue(byte[] target) {
            byte[] value = entry().value;
            System.arraycopy(value, 0, target, 0, Math.min(value.length, target.length));
            return value.length;
        }

        @Override
        public void close() {
            path.clear();
        }

        private Node entry() {
            if (current == null) {
                throw new EngineException("the cursor is not at an entry");
            }
            return current;
        }

        private boolean isFromStart(Node node) {
            return from == null || Arrays.compareUnsigned(node.key, from) >= 0;
        }

        private boolean isBelowEnd(Node node) {
            return to == null || Arrays.compareUnsigned(node.key, to) < 0;
        }
    }
}
