package io.metastore.bench.compare;

import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.workload.WorkloadRun;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A few short rates of ours beside those of real etcd, in turn. Fails only where ours is below half of etcd's three times
 * in a row: something broke then, since it is usually several times etcd's.
 */
final class RateCheck {
    private static final List<String> WORKLOADS = List.of(
            "single --operation=put --workers=50 --conns=4 --keys=1000 --value-bytes=256 --seconds=1",
            "single --operation=get --workers=50 --conns=4 --keys=1000 --value-bytes=256 --seconds=1",
            "single --operation=txn --workers=50 --conns=4 --value-bytes=256 --seconds=1",
            "W4 --watchers=100 --workers=20 --ops=20 --shared-prefix");

    private static final double LEAST_RATIO = 0.5;
    private static final int ATTEMPTS = 3;

    private final ServerProcess etcd;
    private final ServerProcess ours;
    private int runs;

    RateCheck(ServerProcess etcd, ServerProcess ours) {
        this.etcd = etcd;
        this.ours = ours;
    }

    /** One case of the outcome for each workload. */
    void run(TestReport outcome, PrintWriter out) {
        for (String workload : WORKLOADS) {
            String failure;
            try {
                failure = failure(() -> ratio(workload, out));
            } catch (IllegalStateException e) {
                failure = String.valueOf(e.getMessage());
            }
            outcome.add("beside etcd: " + workload, failure);
        }
        ours.thaw();
    }

    /** Null: the ratio was high enough once, and is not looked at again. */
    static @Nullable String failure(DoubleSupplier ratio) {
        List<Double> low = new ArrayList<>();
        while (low.size() < ATTEMPTS) {
            double found = ratio.getAsDouble();
            if (found >= LEAST_RATIO) {
                return null;
            }
            low.add(found);
        }
        return "ours is %s of etcd's, below %s each time".formatted(low, LEAST_RATIO);
    }

    private double ratio(String workload, PrintWriter out) {
        double below = rate(workload, etcd, ours);
        double above = rate(workload, ours, etcd);
        double ratio = below == 0 ? 0 : above / below;
        out.println(String.format(Locale.ROOT, "%s: %.2f of etcd's rate", workload, ratio));
        out.flush();
        return ratio;
    }

    /** Operations or events a second, while the other server is stopped. */
    private double rate(String workload, ServerProcess server, ServerProcess other) {
        other.freeze();
        server.thaw();
        List<String> arguments = new ArrayList<>(List.of(workload.split(" ", -1)));
        arguments.addAll(List.of("--strict", "--key-prefix=/rate" + runs++, "--endpoint=" + server.endpoint()));
        WorkloadRun run = WorkloadRun.of(arguments);
        if (run.exitCode() != 0) {
            throw new IllegalStateException(server.contender().name() + ": " + run.text());
        }
        return run.numbers().get("rows") instanceof List<?> rows
                        && rows.get(0) instanceof Map<?, ?> first
                        && first.get("per_second") instanceof Number rate
                ? rate.doubleValue()
                : 0;
    }
}
