package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
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
