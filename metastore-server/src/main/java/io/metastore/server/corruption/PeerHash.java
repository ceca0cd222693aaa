package io.metastore.server.corruption;

import io.metastore.api.EtcdError;
import org.jspecify.annotations.Nullable;

/** What another member says of a revision. */
sealed interface PeerHash {

    long member();

    /**
     * It has one.
     *
     * @param compactRevision that the hash was made under; -1 for none
     * @param currentRevision where the member was after it
     */
    record Told(long member, int hash, long compactRevision, long currentRevision) implements PeerHash {}

    /**
     * It has none, or does not answer.
     *
     * @param error COMPACTED or FUTURE_REVISION if that is why; null for everything else
     * @param why for the log
     */
    record Silent(long member, @Nullable EtcdError error, String why) implements PeerHash {}
}
