package io.metastore.storage.mvcc;

import java.util.concurrent.CompletableFuture;

/**
 * Erases what a compaction left behind, in slices, on its own thread {@code compact}. What readers may see does not
 * depend on it. A compaction that was cut short by a stop or crash goes on after the next start.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Compactor implements AutoCloseable {

    /** Starts the thread. Without it nothing is erased. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Completes when everything that the compaction to {@code revision} makes superfluous is erased. */
    public CompletableFuture<Void> erased(long revision) {
        throw new UnsupportedOperationException("" + revision);
    }

    /** Stops between two slices and waits for the thread; futures still open are cancelled. */
    @Override
    public void close() {}
}
