package io.metastore.server.grpc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends the streams that asked for a leader once this member has known none for some election timeouts in a row (etcd:
 * v3rpc/interceptor.go).
 */
public final class LeaderMonitor implements AutoCloseable {
    private static final int MAX_CHECKS_WITHOUT_LEADER = 3;

    private final BooleanSupplier leaderKnown;
    private final Set<Runnable> streams = ConcurrentHashMap.newKeySet();

    private @Nullable Future<?> checks;

    /** Timer only. */
    private int checksWithoutLeader;

    LeaderMonitor(BooleanSupplier leaderKnown) {
        this.leaderKnown = leaderKnown;
    }

    /** Looks once per election timeout, on the timer. */
    public static LeaderMonitor start(
            BooleanSupplier leaderKnown, ScheduledExecutorService timer, Duration electionTimeout) {
        LeaderMonitor monitor = new LeaderMonitor(leaderKnown);
        long nanos = electionTimeout.toNanos();
        monitor.checks = timer.scheduleWithFixedDelay(monitor::check, nanos, nanos, TimeUnit.NANOSECONDS);
        return monitor;
    }

    boolean leaderKnown() {
        return leaderKnown.getAsBoolean();
    }

    /** {@code lost} is told, on the timer's thread, when the leader has been away for too long. Must not block. */
    void watch(Runnable lost) {
        streams.add(lost);
    }

    void forget(Runnable lost) {
        streams.remove(lost);
    }

    void check() {
        if (leaderKnown.getAsBoolean()) {
            checksWithoutLeader = 0;
            return;
        }
        checksWithoutLeader++;
        if (checksWithoutLeader >= MAX_CHECKS_WITHOUT_LEADER) {
            streams.forEach(Runnable::run);
        }
    }

    @Override
    public void close() {
        if (checks != null) {
            checks.cancel(false);
        }
    }
}
