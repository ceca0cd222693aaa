package io.metastore.server.lease;

import java.util.concurrent.CompletableFuture;

/** Who counts the time of leases: this member's {@link LeaseKeeper} while it leads, else the way to the one who does. */
public interface LeaseAuthority {

    /**
     * Gives a lease its full time again.
     *
     * @return the seconds it has now; 0 if there is no such lease or its time was over
     */
    CompletableFuture<Long> renew(long id);

    /** How long the lease will live if nobody renews it; renews nothing. */
    CompletableFuture<LeaseTime> timeToLive(long id);

    /**
     * What is left of a lease.
     *
     * @param ttlSeconds rounded down; {@link #UNKNOWN}'s if there is no such lease
     */
    record LeaseTime(long ttlSeconds, long grantedSeconds) {
        public static final LeaseTime UNKNOWN = new LeaseTime(-1, 0);
    }
}
