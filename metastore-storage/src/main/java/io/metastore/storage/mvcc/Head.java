package io.metastore.storage.mvcc;

/**
 * One version of a key: what {@code mvccpb.KeyValue} says of it. Immutable; the bytes may be fetched when first asked for,
 * which a store can do as long as it is open and the version is not compacted.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Head {
    private final Key key;

    Head(Key key) {
        this.key = key;
    }

    public Key key() {
        return key;
    }

    public long createRevision() {
        throw new UnsupportedOperationException();
    }

    public long modRevision() {
        throw new UnsupportedOperationException();
    }

    public long version() {
        throw new UnsupportedOperationException();
    }

    public long lease() {
        throw new UnsupportedOperationException();
    }

    /** The marshaled {@code mvccpb.KeyValue}; shared, not to be changed. */
    public byte[] keyValue() {
        throw new UnsupportedOperationException();
    }

    /** The value alone, as a view of the stored bytes. */
    public com.google.protobuf.ByteString value() {
        throw new UnsupportedOperationException();
    }

    /** Compares the stored value with {@code that}, bytes unsigned. */
    public int compareValue(com.google.protobuf.ByteString that) {
        throw new UnsupportedOperationException(that.toString());
    }

    /** Array in which the marshaled KeyValue lies from {@link #offset} on, {@link #keyValueLength} bytes. */
    byte[] buffer() {
        throw new UnsupportedOperationException();
    }

    int offset() {
        throw new UnsupportedOperationException();
    }

    int keyValueLength() {
        throw new UnsupportedOperationException();
    }
}
