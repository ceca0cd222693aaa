package io.metastore.storage.mvcc;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.EngineBatch;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one open batch of changes: many commands, each seeing those before it. Belongs to the apply thread.
 *
 * <p>A batch is {@code (begin … end)* commit}. Between {@code begin} and {@code end} one command makes its changes, which
 * share a main revision; nothing is visible to others before {@code commit} has written them all at once.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class WriteTxn implements ReadView {

    /** Starts a command and returns the revision before it: its changes, if any, get the next one. */
    public long begin() {
        throw new UnsupportedOperationException();
    }

    /** The revision before the command, or its own once it has changed something. */
    @Override
    public long revision() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Head head(Key key) {
        throw new UnsupportedOperationException(key.toString());
    }

    /** Writes a new version of the key and returns it. */
    public Head put(Key key, ByteString value, long lease) {
        throw new UnsupportedOperationException(key + " " + value + " " + lease);
    }

    /** Deletes every live key of the range in key order, telling each; returns how many. */
    public long deleteRange(KeyRange range, @Nullable Consumer<Head> deleted) {
        throw new UnsupportedOperationException(range + " " + deleted);
    }

    @Override
    public RangeResult range(RangeQuery query) {
        throw new UnsupportedOperationException(query.toString());
    }

    @Override
    public boolean forEachHead(KeyRange range, Predicate<Head> more) {
        throw new UnsupportedOperationException(range + " " + more);
    }

    /** Ends the command: true if it changed something, so that its revision is taken. */
    public boolean end() {
        throw new UnsupportedOperationException();
    }

    /** The open batch, for whatever else must be written together with the changes. */
    public EngineBatch batch() {
        throw new UnsupportedOperationException();
    }

    /**
     * Moves the compact mark, visible to this batch at once and to readers with its commit; erasing follows behind it.
     *
     * @throws io.metastore.api.EtcdException COMPACTED at or below the mark, FUTURE_REVISION above the current revision
     */
    public void compact(long revision) {
        throw new UnsupportedOperationException("" + revision);
    }

    /** The compact mark as this batch sees it, -1 if there never was a compaction. */
    public long compactedRevision() {
        throw new UnsupportedOperationException();
    }

    /** Writes the batch, publishes its revision and compact mark, and returns its changes in order. */
    public List<Change> commit() {
        throw new UnsupportedOperationException();
    }
}
