package io.metastore.storage.watch;

import io.metastore.storage.mvcc.KeyRange;
import org.jspecify.annotations.Nullable;

/** Decides whether a stream may see a range: when a watch is created, and again when permissions have changed. */
@FunctionalInterface
public interface WatchGuard {
    /** For members without access control. */
    WatchGuard OPEN = range -> null;

    /** Null if allowed, else the cancel reason that the client is told. */
    @Nullable
    String refusal(KeyRange range);

    /** Null if a watch that was once allowed still is, else the cancel reason. */
    default @Nullable String lost(KeyRange range) {
        return null;
    }
}
