package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keys from {@code start} up to, but not including, {@code end}; no {@code end} means to the last key. */
public record KeyRange(Key start, @Nullable Key end) {

    /** Every key that can exist. */
    public static final KeyRange ALL = new KeyRange(Key.of(new byte[0]), null);

    private static final ByteString TO_LAST_KEY = ByteString.copyFrom(new byte[] {0});

    /** Reads etcd's convention: no range_end is one key, a zero byte is "to the last key". */
    public static KeyRange fromRequest(ByteString key, ByteString rangeEnd) {
        Key start = Key.of(key);
        if (rangeEnd.isEmpty()) {
            return ofKey(start);
        }
        return new KeyRange(start, rangeEnd.equals(TO_LAST_KEY) ? null : Key.of(rangeEnd));
    }

    public static KeyRange ofKey(Key key) {
        return new KeyRange(key, key.successor());
    }

    /** All keys that begin with the prefix. */
    public static KeyRange ofPrefix(Key prefix) {
        byte[] bytes = prefix.bytes();
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return new KeyRange(prefix, null);
        }
        byte[] end = Arrays.copyOf(bytes, length);
        end[length - 1]++;
        return new KeyRange(prefix, Key.of(end));
    }

    public boolean contains(Key key) {
        return start.compareTo(key) <= 0 && (end == null || key.compareTo(end) < 0);
    }

    /** Whether no key but {@code start} can be in it. */
    public boolean isSingleKey() {
        return end != null && end.isSuccessorOf(start);
    }

    public boolean isEmpty() {
        return end != null && start.compareTo(end) >= 0;
    }
}
