package io.metastore.bench.workload;

/** A closed loop: each worker begins its next operation when the last one has ended, up to a number of them. */
final class ClosedPace implements Pace {
    private final Crew crew;
    private final long operationsPerWorker;

    ClosedPace(Crew crew, long operationsPerWorker) {
        this.crew = crew;
        this.operationsPerWorker = operationsPerWorker;
    }

    @Override
    public void start(long nowNanos) {}

    @Override
    public void free(Worker worker, long nowNanos) {
        if (worker.begun() < operationsPerWorker) {
            worker.begin(nowNanos);
        } else {
            crew.ended();
        }
    }

    @Override
    public long overdue() {
        return 0;
    }

    @Override
    public void stop() {}
}
