package io.metastore.bench.report;

import io.metastore.bench.arena.GcLog;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.http2.Endpoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server that the rows are measured on.
 *
 * @param process null: it was running before, and goes on running
 * @param pid 0: unknown
 */
record Contestant(
        String name, Endpoint endpoint, long pid, @Nullable ServerProcess process) {
    static Contestant started(ServerProcess process) {
        return new Contestant(process.contender().name(), process.endpoint(), process.pid(), process);
    }

    void freeze() {
        if (process != null) {
            process.freeze();
        }
    }

    void thaw() {
        if (process != null) {
            process.thaw();
        }
    }

    Optional<GcLog> gcLog() {
        return process == null ? Optional.empty() : Optional.of(process.gcLog());
    }
}
