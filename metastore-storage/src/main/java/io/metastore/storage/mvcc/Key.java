package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A user's key: immutable bytes in unsigned order. */
public final class Key implements Comparable<Key> {
    private final byte[] bytes;
    // Computed when first asked for; 0 until then.
    private int hash;

    private Key(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Key of(ByteString bytes) {
        return new Key(bytes.toByteArray());
    }

    /** Takes the array: it must not change afterwards. */
    public static Key of(byte[] bytes) {
        return new Key(bytes);
    }

    public static Key of(String text) {
        return new Key(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes themselves, shared: not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    /** The least key above this one. */
    public Key successor() {
        return new Key(Arrays.copyOf(bytes, bytes.length + 1));
    }

    /** Whether this is the key right above {@code that}, without making it. */
    boolean isSuccessorOf(Key that) {
        int length = that.bytes.length;
        return bytes.length == length + 1
                && bytes[length] == 0
                && Arrays.equals(bytes, 0, length, that.bytes, 0, length);
    }

    @Override
    public int compareTo(Key that) {
        return Arrays.compareUnsigned(bytes, that.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Key that && Arrays.equals(bytes, that.bytes));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = Arrays.hashCode(bytes);
            hash = known;
        }
        return known;
    }

    /** Printable bytes as they are, others as {@code \xhh}: for logs and test failures. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b > ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append("\\x%02x".formatted(b));
            }
        }
        return text.toString();
    }
}
