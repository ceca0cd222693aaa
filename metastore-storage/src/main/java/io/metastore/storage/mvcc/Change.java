package io.metastore.storage.mvcc;

/**
 * One change, as history keeps it and as watchers are told.
 *
 * <p>{@code keyValue} is the marshaled {@code mvccpb.KeyValue}, of a tombstone with the key alone; shared, not to be
 * changed. {@code supersedes} is the record of the same key before this one, {@link Revision#NONE} if none is known.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity, which is what a record of bytes on their way needs
public record Change(Revision revision, boolean tombstone, Key key, byte[] keyValue, Revision supersedes) {

    /** Whether this put began the present life of its key. */
    public boolean isCreation() {
        return !tombstone && KeyValues.createRevision(keyValue) == revision.main();
    }
}
