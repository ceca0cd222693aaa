package io.metastore.storage.watch;

import io.metastore.storage.mvcc.KeyRange;
import org.jspecify.annotations.Nullable;

/** Decides when a watch is created whether its stream may see the range. */
@FunctionalInterface
public interface WatchGuard {
    /** For members without access control. */
    WatchGuard OPEN = range -> null;

    /** Null if allowed, else the cancel reason that the client is told. */
    @Nullable
    String refusal(KeyRange range);
}
