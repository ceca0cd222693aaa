package io.metastore.server.compaction;

import io.metastore.server.config.AutoCompaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when history is old enough to be compacted, and asks for it (etcd: server/etcdserver/api/v3compactor).
 *
 * <p>No thread of its own: {@link #tick} is called every {@link #interval()} by the maintenance thread, whose state this is.
 */
public final class AutoCompactor {
    private static final Logger LOG = LoggerFactory.getLogger(AutoCompactor.class);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final Duration REVISION_INTERVAL = Duration.ofMinutes(5);
    private static final int RETRIES_PER_INTERVAL = 10;

    private final AutoCompaction policy;
    private final LongSupplier currentRevision;
    private final BooleanSupplier isLeader;
    private final LongFunction<CompletableFuture<Boolean>> compact;

    // Owned by the maintenance thread.
    private final Deque<Long> window = new ArrayDeque<>();
    private int ticksSinceCompaction;
    private volatile boolean due;
    private volatile long compactedTo;

    /**
     * @param compact compacts to a revision; completes with true when done or already compacted, with false to be retried
     */
    public AutoCompactor(
            AutoCompaction policy,
            LongSupplier currentRevision,
            BooleanSupplier isLeader,
            LongFunction<CompletableFuture<Boolean>> compact) {
        this.policy = policy;
        this.currentRevision = currentRevision;
        this.isLeader = isLeader;
        this.compact = compact;
    }

    /** Time between two ticks; zero when nothing is to be compacted by itself. */
    public Duration interval() {
        if (policy instanceof AutoCompaction.Periodic periodic) {
            return compactionInterval(periodic).dividedBy(RETRIES_PER_INTERVAL);
        }
        return policy instanceof AutoCompaction.Revisions ? REVISION_INTERVAL : Duration.ZERO;
    }

    private static Duration compactionInterval(AutoCompaction.Periodic periodic) {
        return periodic.retention().compareTo(LONGEST_INTERVAL) < 0 ? periodic.retention() : LONGEST_INTERVAL;
    }

    public void tick() {
        if (policy instanceof AutoCompaction.Periodic periodic) {
            tickPeriodic(periodic);
        } else if (policy instanceof AutoCompaction.Revisions revisions) {
            long target = currentRevision.getAsLong() - revisions.retention();
            if (isLeader.getAsBoolean() && target > 0 && target != compactedTo) {
                request(target, "revision");
            }
        }
    }

    private void tickPeriodic(AutoCompaction.Periodic periodic) {
        long ticksPerPeriod = Math.max(1, periodic.retention().dividedBy(interval()));
        window.addLast(currentRevision.getAsLong());
        if (window.size() > ticksPerPeriod + 1) {
            window.removeFirst();
        }
        if (window.size() <= ticksPerPeriod) {
            return; // not a whole period yet
        }
        ticksSinceCompaction++;
        if (compactedTo == 0 || ticksSinceCompaction >= RETRIES_PER_INTERVAL) {
            due = true;
        }
        long target = window.getFirst();
        if (due && isLeader.getAsBoolean() && target != compactedTo) {
            due = false;
            ticksSinceCompaction = 0;
            request(target, "periodic");
        }
    }

    private void request(long target, String mode) {
        LOG.info("starting auto {} compaction revision={}", mode, target);
        var unused = compact.apply(target).whenComplete((done, failure) -> {
            if (failure == null && done) {
                compactedTo = target;
                LOG.info("completed auto {} compaction revision={}", mode, target);
            } else {
                due = true; // the next tick tries again
                LOG.warn("failed auto {} compaction revision={}", mode, target, failure);
            }
        });
    }
}
