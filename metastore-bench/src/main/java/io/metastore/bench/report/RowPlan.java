package io.metastore.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A row of the report before it is measured.
 *
 * @param arguments of {@code metastore-bench workload}, but for the endpoint
 */
record RowPlan(String id, String arguments, int rounds) {
    static final List<String> OPERATIONS = List.of("put", "get", "delete", "range", "txn", "lease");

    /** All others, in the order in which they are measured. */
    static List<RowPlan> of(Profile profile) {
        List<RowPlan> rows = new ArrayList<>();
        workloads(profile, rows);
        singles(profile, rows);
        curves(profile, rows);
        return rows;
    }

    /** Comes before all others: what they wrote would be compacted with it. */
    static RowPlan compaction(Profile profile) {
        return new RowPlan("w6", "W6 --ops=%d --physical".formatted(profile.share(2_000)), profile.rounds());
    }

    private static void workloads(Profile profile, List<RowPlan> rows) {
        int rounds = profile.rounds();
        int pairs = profile.share(1_000);
        rows.add(new RowPlan("w1", "W1 --workers=50 --ops=" + pairs, rounds));
        rows.add(new RowPlan("w1-100", "W1 --workers=100 --ops=" + pairs, profile.curveRounds()));
        String sustained = seconds(profile.sustainedSeconds());
        rows.add(new RowPlan("w2", "W2 --workers=20" + sustained, rounds));
        rows.add(new RowPlan("w2-rate", "W2 --workers=20 --rate=2000" + sustained, 1));
        for (String mode : List.of("exact", "capped", "ratio")) {
            rows.add(new RowPlan(
                    "w3-" + mode, "W3 --workers=30 --mode=" + mode + seconds(profile.mixedSeconds()), rounds));
        }
        for (int watchers : profile.watchers()) {
            int puts = profile.share(Math.max(1_000, watchers / 5));
            rows.add(new RowPlan("w4-" + watchers, "W4 --watchers=%d --ops=%d".formatted(watchers, puts), rounds));
            int shared = profile.share(Math.min(1_000, 500_000 / watchers));
            rows.add(new RowPlan(
                    "w4-prefix-" + watchers,
                    "W4 --watchers=%d --ops=%d --shared-prefix".formatted(watchers, shared),
                    rounds));
        }
        rows.add(new RowPlan("w5", "W5 --workers=10 --ops=" + pairs, rounds));
    }

    private static void singles(Profile profile, List<RowPlan> rows) {
        String time = seconds(profile.singleSeconds());
        for (String operation : OPERATIONS) {
            rows.add(new RowPlan(operation, "single --operation=" + operation + time, profile.rounds()));
        }
        rows.add(new RowPlan("watch", "W4 --watchers=1 --ops=" + profile.share(1_000), profile.rounds()));
        String eight = " --workers=8 --conns=4 --keys=1000" + time;
        rows.add(new RowPlan("put-parallel", "single --operation=put --shared-keys" + eight, profile.rounds()));
        rows.add(new RowPlan("put-disjoint", "single --operation=put" + eight, profile.rounds()));
        rows.add(new RowPlan("get-parallel", "single --operation=get" + eight, profile.rounds()));
    }

    private static void curves(Profile profile, List<RowPlan> rows) {
        String time = seconds(profile.singleSeconds());
        for (String operation : List.of("put", "get")) {
            for (int bytes : profile.valueBytes()) {
                rows.add(new RowPlan(
                        operation + "-bytes-" + bytes,
                        "single --operation=%s --value-bytes=%d --workers=8 --conns=4 --keys=16%s"
                                .formatted(operation, bytes, time),
                        profile.curveRounds()));
            }
            for (int clients : profile.clients()) {
                rows.add(new RowPlan(
                        operation + "-clients-" + clients,
                        "single --operation=%s --value-bytes=256 --workers=%d --conns=%d --keys=1000%s"
                                .formatted(operation, clients, Math.min(clients, 50), time),
                        profile.curveRounds()));
            }
        }
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, " --seconds=%s", seconds);
    }
}
