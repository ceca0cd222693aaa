package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One version of a key: what {@code mvccpb.KeyValue} says of it, and which record it supersedes. Immutable. It may know its
 * numbers only; then the bytes are read from history when asked for.
 */
public final class Head {
    // Null until asked for, of a version that a scan has found: the key is in the bytes.
    private @Nullable Key key;
    private final Entry record;
    private final long createRevision;
    private final long version;
    private final long lease;
    /** Where the value's bytes begin in the KeyValue, and where the fields before the value end; 0 without the bytes. */
    private final int valueAt;

    private final int valueLength;
    private final int metaLength;
    private final byte @Nullable [] buffer;
    private final int offset;
    private final @Nullable History history;

    private Head(
            @Nullable Key key,
            Entry record,
            long createRevision,
            long version,
            long lease,
            int valueAt,
            int valueLength,
            int metaLength,
            byte @Nullable [] buffer,
            int offset,
            @Nullable History history) {
        this.key = key;
        this.record = record;
        this.createRevision = createRevision;
        this.version = version;
        this.lease = lease;
        this.valueAt = valueAt;
        this.valueLength = valueLength;
        this.metaLength = metaLength;
        this.buffer = buffer;
        this.offset = offset;
        this.history = history;
    }

    /** A version of which the numbers are known, and where to read the rest. */
    static Head ofNumbers(Key key, Entry record, long createRevision, long version, long lease, History source) {
        return new Head(key, record, createRevision, version, lease, 0, 0, 0, null, 0, source);
    }

    /** Reads the KeyValue that lies in {@code buffer} from {@code offset} on, as many bytes as the record says. */
    static Head parse(@Nullable Key key, Entry record, byte[] buffer, int offset) {
        int end = offset + record.keyValueBytes();
        long createRevision = 0;
        long version = 0;
        long lease = 0;
        int valueAt = 0;
        int valueLength = 0;
        int metaLength = record.keyValueBytes();
        int at = offset;
        while (at < end) {
            byte tag = buffer[at];
            long number = Varints.get(buffer, at + 1);
            int next = at + 1 + Varints.size(number);
            switch (tag) {
                case KeyValues.KEY -> next += (int) number;
                case KeyValues.CREATE_REVISION -> createRevision = number;
                case KeyValues.MOD_REVISION -> {}
                case KeyValues.VERSION -> version = number;
                case KeyValues.VALUE -> {
                    metaLength = at - offset;
                    valueAt = next - offset;
                    valueLength = (int) number;
                    next += valueLength;
                }
                case KeyValues.LEASE -> {
                    metaLength = Math.min(metaLength, at - offset);
                    lease = number;
                }
                default ->
                    throw new IllegalStateException("damaged record %s: tag %d".formatted(record.revision(), tag));
            }
            at = next;
        }
        if (at != end) {
            throw new IllegalStateException("damaged record " + record.revision());
        }
        return new Head(
                key, record, createRevision, version, lease, valueAt, valueLength, metaLength, buffer, offset, null);
    }

    public Key key() {
        Key known = key;
        if (known == null) {
            known = KeyValues.key(buffer(), offset);
            key = known;
        }
        return known;
    }

    public long createRevision() {
        return createRevision;
    }

    public long modRevision() {
        return record.main();
    }

    public long version() {
        return version;
    }

    public long lease() {
        return lease;
    }

    /** The marshaled {@code mvccpb.KeyValue}; shared, not to be changed. */
    public byte[] keyValue() {
        Head full = full();
        byte[] bytes = full.buffer();
        return full.offset == 0 && bytes.length == keyValueLength()
                ? bytes
                : Arrays.copyOfRange(bytes, full.offset, full.offset + keyValueLength());
    }

    /** The value alone, as a view of the stored bytes. */
    public ByteString value() {
        Head full = full();
        return UnsafeByteOperations.unsafeWrap(
                ByteBuffer.wrap(full.buffer(), full.offset + full.valueAt, full.valueLength)
                        .slice());
    }

    /** Compares the stored value with {@code that}, bytes unsigned. */
    public int compareValue(ByteString that) {
        return ByteString.unsignedLexicographicalComparator().compare(value(), that);
    }

    /** As above with the value of another version. */
    int compareValue(Head that) {
        Head ours = full();
        Head theirs = that.full();
        int ourStart = ours.offset + ours.valueAt;
        int theirStart = theirs.offset + theirs.valueAt;
        return Arrays.compareUnsigned(
                ours.buffer(),
                ourStart,
                ourStart + ours.valueLength,
                theirs.buffer(),
                theirStart,
                theirStart + theirs.valueLength);
    }

    Entry record() {
        return record;
    }

    boolean isTombstone() {
        return record.tombstone();
    }

    boolean isFull() {
        return buffer != null;
    }

    /** This version with its bytes. */
    Head full() {
        if (buffer != null) {
            return this;
        }
        if (history == null) {
            throw new IllegalStateException("no history to read %s from".formatted(this));
        }
        return history.fill(this);
    }

    /** This version without its bytes, which {@code source} will be asked for. */
    Head slim(History source) {
        return ofNumbers(key(), record, createRevision, version, lease, source);
    }

    /** Array in which the marshaled KeyValue lies from {@link #offset} on, {@link #keyValueLength} bytes. */
    byte[] buffer() {
        if (buffer == null) {
            throw new IllegalStateException("the bytes of %s are not here".formatted(record.revision()));
        }
        return buffer;
    }

    int offset() {
        return offset;
    }

    int keyValueLength() {
        return record.keyValueBytes();
    }

    /** Bytes of the fields before the value and the lease, at the start of the KeyValue; of a version with its bytes. */
    int metaLength() {
        return metaLength;
    }

    /** The marshaled KeyValue as it would be with an empty value; the lease stays. */
    byte[] keyValueWithoutValue() {
        byte[] bytes = buffer();
        byte[] target = Arrays.copyOf(Arrays.copyOfRange(bytes, offset, offset + metaLength), metaLength + 11);
        int end = metaLength;
        if (lease != 0) {
            target[end] = KeyValues.LEASE;
            end = Varints.put(target, end + 1, lease);
        }
        return Arrays.copyOf(target, end);
    }

    @Override
    public String toString() {
        return "%s@%s%s".formatted(key(), record.revision(), isTombstone() ? "t" : "");
    }
}
