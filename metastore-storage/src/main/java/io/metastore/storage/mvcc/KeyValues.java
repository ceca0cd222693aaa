package io.metastore.storage.mvcc;

/** The canonical bytes of {@code mvccpb.KeyValue}: fields ascending, defaults omitted. */
@SuppressWarnings("DoNotCallSuggester")
public final class KeyValues {

    private KeyValues() {}

    static long createRevision(byte[] keyValue) {
        throw new UnsupportedOperationException();
    }
}
