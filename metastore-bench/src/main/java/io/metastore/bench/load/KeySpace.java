package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.nio.charset.StandardCharsets;

/** Keys numbered 0 to count - 1: a prefix and ten digits, so that all have one length and byte order is number order. */
public final class KeySpace {
    private static final int DIGITS = 10;

    private final int count;
    private final byte[] prefix;
    private final byte[] key;

    public KeySpace(String prefix, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a key space of " + count + " keys");
        }
        this.count = count;
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.key = (prefix + "0".repeat(DIGITS)).getBytes(StandardCharsets.UTF_8);
    }

    public int count() {
        return count;
    }

    int keyBytes() {
        return key.length;
    }

    /** The bytes of a key; good until the next call. */
    byte[] key(int number) {
        int rest = number;
        for (int i = key.length - 1; i >= prefix.length; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return key;
    }

    /** Writes {@code key} and {@code range_end} of all keys, as fields 1 and 2. */
    void putWholeRange(ByteSink out) {
        putWholeRange(out, 1);
    }

    /** The same as field {@code first} and the one after it. */
    void putWholeRange(ByteSink out, int first) {
        out.bytesField(first, prefix);
        byte[] end = prefix.clone();
        end[end.length - 1]++;
        out.bytesField(first + 1, end);
    }
}
