package io.metastore.bench.workload;

import java.util.List;

/** What one worker does, operation by operation. Event loop only. */
@FunctionalInterface
interface Script {
    /**
     * The calls of an operation, made one after another.
     *
     * @param number of the worker's operation, from 0
     * @param startNanos when it was meant to begin
     */
    List<Request> operation(long number, long startNanos);
}
