package io.metastore.storage.lease;

import java.util.concurrent.CompletableFuture;

/** What came of the wish to keep a lease alive. */
public sealed interface Renewal {

    /**
     * It has its full time again.
     *
     * @param clearCheckpoint the log says that less is left: it must be told otherwise before the client is
     */
    record Renewed(long ttlSeconds, boolean clearCheckpoint) implements Renewal {}

    record Unknown() implements Renewal {}

    /**
     * Its time was over before the wish came, and the log is about to say so.
     *
     * @param gone completes with true once the lease is revoked, with false if this member ceases to count its time.
     *     It completes on the thread that applies the log, so what follows must go elsewhere ({@code …Async})
     */
    record Expiring(CompletableFuture<Boolean> gone) implements Renewal {}

    /** Another member counts the time of leases. */
    record NotPrimary() implements Renewal {}
}
