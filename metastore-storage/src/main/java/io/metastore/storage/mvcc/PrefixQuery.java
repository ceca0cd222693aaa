package io.metastore.storage.mvcc;

/**
 * Which prefixes to measure. A prefix ends with a separator; its depth is the number of separators in it, counted behind {@code
 * below} and without one right there: below nothing, {@code /registry/} has depth 1.
 *
 * @param below only keys that begin with it; empty for all
 * @param separator at least a byte
 * @param depth prefixes down to this one, 1 to {@link #MAX_DEPTH}
 * @param top how many of the largest, 1 to {@link #MAX_TOP}
 * @param order what makes a prefix large
 */
public record PrefixQuery(Key below, Key separator, int depth, int top, Order order) {
    public static final int MAX_DEPTH = 16;
    public static final int MAX_TOP = 10_000;

    /** What prefixes are ranked by. */
    public enum Order {
        KEYS,
        BYTES
    }

    public PrefixQuery {
        if (separator.length() == 0 || depth < 1 || depth > MAX_DEPTH || top < 1 || top > MAX_TOP) {
            throw new IllegalArgumentException("separator '%s', depth %d, top %d".formatted(separator, depth, top));
        }
    }

    /** Where the prefixes of a key end that begins with {@code below}: fills {@code ends} and returns how many there are. */
    int ends(byte[] key, int[] ends) {
        byte[] separating = separator.bytes();
        int found = 0;
        int at = below.length();
        if (separatesAt(key, at, separating)) {
            at += separating.length;
        }
        while (found < depth && at + separating.length <= key.length) {
            if (separatesAt(key, at, separating)) {
                at += separating.length;
                ends[found++] = at;
            } else {
                at++;
            }
        }
        return found;
    }

    private static boolean separatesAt(byte[] key, int at, byte[] separating) {
        if (at + separating.length > key.length) {
            return false;
        }
        for (int i = 0; i < separating.length; i++) {
            if (key[at + i] != separating[i]) {
                return false;
            }
        }
        return true;
    }
}
