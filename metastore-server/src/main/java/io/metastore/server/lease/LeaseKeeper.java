package io.metastore.server.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.LeaseCheckpoint;
import io.metastore.api.rpc.LeaseCheckpointRequest;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.lease.ExpiryQueue.Checkpoint;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.Lessor;
import io.metastore.storage.lease.Renewal;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader: renews leases, and proposes the end of those whose time is over. It revokes nothing by itself; a lease is
 * gone when the log says so.
 *
 * <p>IDLE while another member leads or this one has not yet applied what came before its term. COUNTING otherwise: the
 * queue is promoted once for each term. {@link #leadershipChanged} ends COUNTING at once, on whatever thread it comes.
 *
 * <p>Rounds run on the thread {@code lease}; {@link #renew} and {@link #timeToLive} on any. Before a renewal is promised or
 * an end proposed the others confirm that this member still leads, since one that was paused cannot know; and an end that
 * is overtaken by an election is void, as it carries the term.
 */
public final class LeaseKeeper implements LeaseAuthority, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    /** Leases in one log entry: bounds what a mass expiry makes the others wait for. */
    private static final int MAX_BATCH = 1000;

    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A batch without an answer for this long is not waited for. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long CLOSE_MILLIS = 5_000;

    private final ExpiryQueue queue;
    private final Lessor leases;
    private final Leader leader;
    private final Function<Command, CompletableFuture<Outcome>> submit;
    private final Executor replies;
    private final LongSupplier nanoTime;
    private final Settings settings;

    private final LongAdder renewals = new LongAdder();
    private final LongAdder expirations = new LongAdder();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    private final Object promotion = new Object();

    @GuardedBy("promotion")
    private OptionalLong promotedTerm = OptionalLong.empty();

    // Owned by the lease thread.
    private @Nullable CompletableFuture<Outcome> revoking;
    private long revokingSinceNanos;

    /**
     * How time is counted.
     *
     * @param electionTimeout what a new leader adds to each lease, for the time in which nobody could renew it
     * @param checkpoints whether the log is told every five minutes what is left of long leases, so that a new leader
     *     does not start from their full time
     */
    public record Settings(Duration electionTimeout, boolean checkpoints) {}

    /**
     * A keeper that has not started.
     *
     * @param submit proposes a command
     * @param replies runs what follows the end of a lease somebody still wanted to renew
     */
    public LeaseKeeper(
            ExpiryQueue queue,
            Lessor leases,
            Leader leader,
            Function<Command, CompletableFuture<Outcome>> submit,
            Executor replies,
            LongSupplier nanoTime,
            Settings settings) {
        this.queue = queue;
        this.leases = leases;
        this.leader = leader;
        this.submit = submit;
        this.replies = replies;
        this.nanoTime = nanoTime;
        this.settings = settings;
    }

    // Any thread

    public void start(ThreadFactory threads) {
        Thread started = threads.newThread(this::run);
        thread = started;
        started.start();
    }

    /** Must be told before anything else follows from a change of leadership. Never blocks. */
    public void leadershipChanged() {
        if (leader.readyTerm().isEmpty()) {
            queue.demote();
        }
        wake();
    }

    @Override
    public CompletableFuture<Long> renew(long id) {
        return ifLeading(() -> renewAsLeader(id));
    }

    @Override
    public CompletableFuture<LeaseTime> timeToLive(long id) {
        return ifLeading(() -> {
            OptionalLong left = queue.remainingNanos(id);
            Optional<Lease> lease = leases.find(id);
            if (!queue.isPrimary()) {
                return failed(EtcdError.LEADER_CHANGED);
            }
            if (left.isEmpty() || lease.isEmpty()) {
                return CompletableFuture.completedFuture(LeaseTime.UNKNOWN);
            }
            return CompletableFuture.completedFuture(new LeaseTime(
                    TimeUnit.NANOSECONDS.toSeconds(left.getAsLong()),
                    lease.get().ttlSeconds()));
        });
    }

    /** Leases that this member has renewed as leader. */
    public long renewals() {
        return renewals.sum();
    }

    /** Leases that this member has ended as leader. */
    public long expirations() {
        return expirations.sum();
    }

    @Override
    public void close() {
        closed = true;
        wake();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(CLOSE_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        queue.demote();
    }

    private interface Answer<T> {
        CompletableFuture<T> get();
    }

    private <T> CompletableFuture<T> ifLeading(Answer<T> answer) {
        if (leader.readyTerm().isEmpty()) {
            return failed(EtcdError.NO_LEADER);
        }
        return leader.confirm()
                .handle((confirmed, failure) ->
                        failure == null && countIfLeading().isPresent()
                                ? answer.get()
                                : LeaseKeeper.<T>failed(EtcdError.NOT_PRIMARY_LESSOR))
                .thenCompose(Function.identity());
    }

    /** The term this member counts in, from now on if it did not before; empty if it does not lead. */
    private OptionalLong countIfLeading() {
        synchronized (promotion) {
            OptionalLong term = leader.readyTerm();
            if (term.isEmpty()) {
                queue.demote();
            } else if (!term.equals(promotedTerm) || !queue.isPrimary()) {
                queue.promote(settings.electionTimeout().toNanos());
                LOG.info("counting lease time term={} leases={}", term.getAsLong(), queue.size());
            }
            promotedTerm = term;
            return term;
        }
    }

    private CompletableFuture<Long> renewAsLeader(long id) {
        Renewal renewal = queue.renew(id);
        if (renewal instanceof Renewal.Renewed renewed) {
            renewals.increment();
            return renewed.clearCheckpoint()
                    ? clearCheckpoint(id).thenApply(cleared -> renewed.ttlSeconds())
                    : CompletableFuture.completedFuture(renewed.ttlSeconds());
        }
        if (renewal instanceof Renewal.Expiring expiring) {
            wake();
            return expiring.gone()
                    .thenComposeAsync(
                            gone -> gone ? CompletableFuture.completedFuture(0L) : failed(EtcdError.LEADER_CHANGED),
                            replies);
        }
        if (renewal instanceof Renewal.NotPrimary) {
            return failed(EtcdError.NOT_PRIMARY_LESSOR);
        }
        return CompletableFuture.completedFuture(0L);
    }

    /** The client must not be promised more time than a leader after us would give. */
    private CompletableFuture<Outcome.Applied> clearCheckpoint(long id) {
        return submit.apply(checkpoint(List.of(new Checkpoint(id, 0)))).thenApply(Outcome::orThrow);
    }

    private static <T> CompletableFuture<T> failed(EtcdError error) {
        return CompletableFuture.failedFuture(error.exception());
    }

    private void wake() {
        LockSupport.unpark(thread);
    }

    // Lease thread

    private void run() {
        while (!closed) {
            long pause = round();
            if (!closed) {
                LockSupport.parkNanos(this, pause);
            }
        }
    }

    /** Does what is due, and returns for how long nothing will be. */
    long round() {
        OptionalLong term = countIfLeading();
        if (term.isEmpty()) {
            return MAX_PAUSE_NANOS;
        }
        if (settings.checkpoints()) {
            proposeCheckpoints();
        }
        if (isRevoking()) {
            return MAX_PAUSE_NANOS; // its end wakes us
        }
        List<Long> expired = queue.takeExpired(MAX_BATCH);
        if (expired.isEmpty()) {
            return Math.min(MAX_PAUSE_NANOS, queue.nanosToNext());
        }
        proposeEnd(expired, term.getAsLong());
        return isRevoking() ? MAX_PAUSE_NANOS : 0;
    }

    private boolean isRevoking() {
        return revoking != null && !revoking.isDone() && nanoTime.getAsLong() - revokingSinceNanos < PATIENCE_NANOS;
    }

    /** If it comes to nothing, the queue gives the leases out again. */
    private void proposeEnd(List<Long> expired, long term) {
        revokingSinceNanos = nanoTime.getAsLong();
        revoking = leader.confirm()
                .thenCompose(confirmed -> submit.apply(new Command.RevokeExpired(expired, term)))
                .whenComplete((outcome, failure) -> {
                    if (failure != null || outcome instanceof Outcome.Rejected) {
                        LOG.warn("leases not revoked count={} outcome={}", expired.size(), outcome, failure);
                    } else {
                        expirations.add(expired.size());
                        LOG.debug("expired leases revoked count={}", expired.size());
                    }
                    wake();
                });
    }

    private void proposeCheckpoints() {
        List<Checkpoint> due = queue.takeCheckpoints(MAX_BATCH);
        if (!due.isEmpty()) {
            var unused = submit.apply(checkpoint(due)).exceptionally(failure -> {
                LOG.warn("lease checkpoints not written count={}", due.size(), failure);
                return null;
            });
        }
    }

    private static Command checkpoint(List<Checkpoint> checkpoints) {
        LeaseCheckpointRequest.Builder request = LeaseCheckpointRequest.newBuilder();
        checkpoints.forEach(checkpoint -> request.addCheckpoints(
                LeaseCheckpoint.newBuilder().setID(checkpoint.id()).setRemainingTTL(checkpoint.remainingSeconds())));
        return new Command.LeaseCheckpoint(request.build());
    }
}
