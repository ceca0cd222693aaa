package io.metastore.server.metrics;

import io.metastore.storage.state.Command;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long requests took, from where they are taken in to where they are answered, and how long of it was applying and reading
 * (etcd: etcdserver/metrics.go, txn/metrics.go). The clock is read once for all commands of an entry, and once for each that is
 * applied. Thread-safe.
 */
public final class RequestMetrics {
    private final Times requests;
    private final Times applies;
    private final SuccessHistogram ranges;
    private final SuccessHistogram rangeRequests;
    private final SuccessHistogram readOnlyTxns;
    private final Histogram commits;

    public RequestMetrics(Metrics metrics) {
        Histograms requestTimes = metrics.histograms(
                "etcd_server_request_duration_seconds",
                "Response latency distribution in seconds for each type.",
                Buckets.seconds(0.001, 14));
        requests = new Times(name -> new SuccessHistogram(requestTimes, "type", name));
        Histograms applyTimes = metrics.histograms(
                "etcd_server_apply_duration_seconds",
                "The latency distributions of v2 apply called by backend.",
                Buckets.seconds(0.0001, 20));
        applies = new Times(name -> new SuccessHistogram(applyTimes, "version", "v3", "op", name));
        ranges = new SuccessHistogram(metrics.histograms(
                "etcd_server_range_duration_seconds",
                "The latency distributions of txn.Range",
                Buckets.seconds(0.0001, 20)));
        rangeRequests = new SuccessHistogram(requestTimes, "type", "Range");
        readOnlyTxns = new SuccessHistogram(requestTimes, "type", "ReadonlyTxn");
        commits = metrics.histogram(
                "etcd_disk_backend_commit_duration_seconds",
                "The latency distributions of commit called by backend.",
                Buckets.seconds(0.001, 14));
    }

    /** Commands of one entry got their outcomes, also those that are refusals: as in etcd. */
    public void answered(List<Command> commands, long nanos) {
        took(commands, true, nanos);
    }

    /** Nobody knows what becomes of them, or they were not proposed. */
    public void failed(List<Command> commands, long nanos) {
        took(commands, false, nanos);
    }

    private void took(List<Command> commands, boolean success, long nanos) {
        Histogram run = null;
        int length = 0;
        for (Command command : commands) {
            Histogram its = requests.of(command, success);
            if (its != run) {
                count(run, nanos, length);
                run = its;
                length = 0;
            }
            length++;
        }
        count(run, nanos, length);
    }

    private static void count(@Nullable Histogram histogram, long nanos, int times) {
        if (histogram != null) {
            histogram.accept(nanos, times);
        }
    }

    /** Apply thread: a command was executed, and is not in the engine yet. */
    public void applied(Command command, boolean success, long nanos) {
        count(applies.of(command, success), nanos, 1);
    }

    /** Apply thread: what the commands of a batch have changed is in the engine. */
    public void committed(long nanos) {
        commits.accept(nanos);
    }

    /**
     * A Range is over.
     *
     * @param nanos from the request on
     * @param readNanos of it, behind the read gate; negative if it did not come so far
     */
    public void ranged(boolean success, long nanos, long readNanos) {
        if (readNanos >= 0) {
            ranges.of(success).accept(readNanos);
        }
        rangeRequests.of(success).accept(nanos);
    }

    /** A Txn that only reads is over. */
    public void readTxn(boolean success, long nanos) {
        readOnlyTxns.of(success).accept(nanos);
    }

    /** Histograms by what commands ask for; made when the first of a kind comes. */
    private static final class Times {
        private final Map<Class<?>, SuccessHistogram> known = new ConcurrentHashMap<>();
        private final Function<String, SuccessHistogram> make;

        Times(Function<String, SuccessHistogram> make) {
            this.make = make;
        }

        /** Null if etcd has no name for it. */
        @Nullable
        Histogram of(Command command, boolean success) {
            Class<?> kind = CommandNames.kindOf(command);
            SuccessHistogram its = known.get(kind);
            if (its == null) {
                String name = CommandNames.of(kind);
                if (name == null) {
                    return null;
                }
                its = known.computeIfAbsent(kind, unknown -> make.apply(name));
            }
            return its.of(success);
        }
    }
}
