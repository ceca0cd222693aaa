package io.metastore.bench.workload;

import io.metastore.bench.http2.Endpoint;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.load.LoadTarget;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that all workloads share. What is not given is as it was published. */
final class WorkloadOptions {
    @Option(
            names = "--endpoint",
            defaultValue = "127.0.0.1:2379",
            description = "host:port of the server (${DEFAULT-VALUE})")
    String endpoint = "";

    @Option(
            names = {"--connections", "--conns"},
            defaultValue = "1",
            description = "connections that the workers share (${DEFAULT-VALUE})")
    int connections;

    @Option(names = "--workers", description = "each with one operation under way")
    int workers;

    @Option(names = "--ops", description = "operations of each worker, instead of a time")
    long operations;

    @Option(
            names = {"--seconds", "--duration"},
            description = "length of the load, instead of a number of operations")
    double seconds;

    @Option(
            names = "--rate",
            description = "operations due a second, over all workers: latency counts from when one was due")
    double rate;

    @Option(
            names = "--limit-seconds",
            defaultValue = "600",
            description = "a number of operations must end within this time (${DEFAULT-VALUE})")
    double limitSeconds;

    @Option(names = "--key-prefix", defaultValue = "", description = "put before every key")
    String keyPrefix = "";

    @Option(names = "--strict", description = "fail on any error, not only on more than were published as allowed")
    boolean strict;

    @Option(names = "--server-pid", defaultValue = "0", description = "process whose CPU, memory and writes to show")
    long serverPid;

    @Option(
            names = "--disk",
            description = "directory on the server's disk: show how long a flush takes there, and what the disk wrote")
    @Nullable
    Path disk;

    @Option(
            names = "--disk-flushes",
            defaultValue = "1000",
            description = "flushes timed there before the load (${DEFAULT-VALUE})")
    int diskFlushes;

    @Option(names = "--json", description = "file for the numbers")
    @Nullable
    Path json;

    LoadTarget target() {
        if (connections < 1 || connections > 10_000) {
            throw new IllegalArgumentException("connections: " + connections);
        }
        return LoadTarget.of(new LoadClient(), Endpoint.parse(endpoint), connections, serverPid);
    }

    /** For a load that by default ends with a number of operations. */
    Plan counted(int usualWorkers, long usualOperations) {
        checkEnd();
        return seconds > 0 ? timed(usualWorkers, seconds) : countedPlan(usualWorkers, usualOperations);
    }

    /** For a load that by default ends with the time. */
    Plan timed(int usualWorkers, double usualSeconds) {
        checkEnd();
        if (operations > 0) {
            return countedPlan(usualWorkers, operations);
        }
        return new Plan(orUsual(usualWorkers), 0, duration(seconds > 0 ? seconds : usualSeconds), rate);
    }

    private Plan countedPlan(int usualWorkers, long usualOperations) {
        return new Plan(orUsual(usualWorkers), operations > 0 ? operations : usualOperations, limit(), rate);
    }

    Duration limit() {
        return duration(limitSeconds);
    }

    double allowedErrorPercent(double published) {
        return strict ? 0 : published;
    }

    private int orUsual(int usualWorkers) {
        return workers == 0 ? usualWorkers : workers;
    }

    private void checkEnd() {
        if (operations < 0 || seconds < 0 || (operations > 0 && seconds > 0)) {
            throw new IllegalArgumentException("either --ops or --seconds, and more than 0");
        }
    }

    private static Duration duration(double seconds) {
        if (!(seconds > 0 && seconds <= 86_400)) {
            throw new IllegalArgumentException("seconds: " + seconds);
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
