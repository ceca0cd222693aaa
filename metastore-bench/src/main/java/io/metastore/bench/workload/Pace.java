package io.metastore.bench.workload;

/** Says when a free worker begins its next operation. Event loop only. */
interface Pace {
    /** Called once, before any worker is free. */
    void start(long nowNanos);

    /** Begins the worker's next operation, now or later, or ends the worker. */
    void free(Worker worker, long nowNanos);

    /** Operations that were due and have not begun. */
    long overdue();

    /** No more operations: ends the workers that wait for one. */
    void stop();
}
