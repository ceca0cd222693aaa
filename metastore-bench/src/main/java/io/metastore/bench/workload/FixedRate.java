package io.metastore.bench.workload;

import java.util.ArrayDeque;

/**
 * An open loop: operations are due at a fixed rate, whether or not earlier ones have ended. One that finds all workers
 * busy begins late, and its latency counts from when it was due: a slow answer is not hidden by what it kept from being
 * asked (coordinated omission).
 */
final class FixedRate implements Pace {
    /** Between two looks at the clock. A timer for each of many thousand operations a second would cost more than they do. */
    private static final long LEAST_TICK_NANOS = 100_000;

    private final Crew crew;
    private final double nanosPerOperation;
    private final long operations;
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private long startNanos;
    /** Number of operations begun. */
    private long begun;

    private boolean stopped;

    FixedRate(Crew crew, double operationsPerSecond, long operations) {
        this.crew = crew;
        this.nanosPerOperation = 1e9 / operationsPerSecond;
        this.operations = operations;
    }

    @Override
    public void start(long nowNanos) {
        startNanos = nowNanos;
        crew.schedule(this::tick, 0);
    }

    @Override
    public void free(Worker worker, long nowNanos) {
        if (begun == operations) {
            crew.ended();
        } else if (due(begun) - nowNanos <= 0) {
            worker.begin(due(begun++));
        } else {
            idle.add(worker);
        }
    }

    private void tick() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        while (!idle.isEmpty() && begun < operations && due(begun) - now <= 0) {
            idle.remove().begin(due(begun++));
        }
        crew.flush();
        if (begun == operations) {
            stop();
            return;
        }
        crew.schedule(this::tick, Math.max(LEAST_TICK_NANOS, due(begun) - now));
    }

    private long due(long number) {
        return startNanos + (long) (number * nanosPerOperation);
    }

    @Override
    public long overdue() {
        long sinceStart = System.nanoTime() - startNanos;
        return Math.min(operations, (long) (sinceStart / nanosPerOperation)) - begun;
    }

    @Override
    public void stop() {
        stopped = true;
        idle.forEach(worker -> crew.ended());
        idle.clear();
    }
}
