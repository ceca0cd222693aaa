package io.metastore.server.process.history;

import java.util.List;

/**
 * One lease as its client saw it.
 *
 * @param ttlSeconds as granted
 * @param confirmedNanos when the grant and the keep-alives were sent that were answered with time left
 * @param revokedNanos when its revocation was asked for, {@link Long#MAX_VALUE} if never
 */
public record LeaseUse(long id, long ttlSeconds, List<Long> confirmedNanos, long revokedNanos) {

    public LeaseUse {
        confirmedNanos = List.copyOf(confirmedNanos);
    }
}
