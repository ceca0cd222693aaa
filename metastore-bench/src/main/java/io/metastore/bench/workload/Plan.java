package io.metastore.bench.workload;

import java.time.Duration;

/**
 * How many work, and for how long.
 *
 * @param operationsPerWorker 0: as many as the time allows
 * @param time of the load; with a number of operations, the longest they may take
 * @param perSecond operations that are due in a second, over all workers; 0: each worker's follows its last
 */
record Plan(int workers, long operationsPerWorker, Duration time, double perSecond) {
    private static final long MOST_OPERATIONS = 1_000_000_000;

    Plan {
        if (workers < 1 || workers > 100_000) {
            throw new IllegalArgumentException("workers: " + workers);
        }
        if (operationsPerWorker < 0 || operationsPerWorker > MOST_OPERATIONS / workers) {
            throw new IllegalArgumentException("operations: %d for each of %d workers, at most %d in all"
                    .formatted(operationsPerWorker, workers, MOST_OPERATIONS));
        }
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException("seconds: " + time.toMillis() / 1e3);
        }
        if (!(perSecond >= 0 && perSecond <= 10_000_000)) {
            throw new IllegalArgumentException("rate: " + perSecond);
        }
    }

    boolean endsByTime() {
        return operationsPerWorker == 0;
    }

    boolean openLoop() {
        return perSecond > 0;
    }

    /** Operations of all workers; 0: as many as the time allows. */
    long operations() {
        if (endsByTime()) {
            return openLoop() ? Math.max(1, (long) (perSecond * time.toNanos() / 1e9)) : 0;
        }
        return operationsPerWorker * workers;
    }
}
