package io.metastore.bench.compare;

import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.TxnLoad;
import io.metastore.bench.load.WatchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A row of alternating windows before it is measured. Rows of one kind share a warm-up. */
record WindowSpec(
        String id,
        String kind,
        int inFlight,
        Addressed addressed,
        BiFunction<Loads, Loads.Plan, LoadResult> load,
        @Nullable Goal throughput,
        @Nullable Goal p99) {

    /** Which members of a cluster the load goes to. */
    enum Addressed {
        LEADER,
        ALL
    }

    private static final Goal HALF = Goal.atMost(0.5);
    private static final Goal NOT_HIGHER = Goal.atMost(1);

    /** The rows over 100,000 keys with values of 256 bytes. */
    static List<WindowSpec> overHundredThousandKeys() {
        List<WindowSpec> rows = new ArrayList<>();
        perConcurrency(rows, "put", Loads::put, 1, 2, 2.5, 2.5);
        perConcurrency(rows, "txn", (loads, plan) -> loads.txn(TxnLoad.Target.VERSION, plan), 1, 2.3, 3, 3);
        perConcurrency(rows, "get", Loads::get, 1.5, 2.3, 2.3, 2.3);
        perConcurrency(rows, "sget", Loads::serializableGet, 0, 2.1, 2.1, 2.1);
        rows.add(new WindowSpec(
                "range-10000",
                "range",
                4,
                Addressed.LEADER,
                (loads, plan) -> loads.range(10_000, plan),
                Goal.atLeast(1.5),
                null));
        rows.add(watch("watch-100", new WatchPlan(100, 1, 100, 256), 4));
        rows.add(watch("watch-1000", new WatchPlan(1_000, 1_000, 1_000, 256), 2));
        rows.add(watch("watch-10000", new WatchPlan(10_000, 10_000, 1_000, 256), 2));
        rows.add(leader("gateway-put", "gateway-put", 16, Loads::gatewayPut, Goal.atLeast(2), null));
        return rows;
    }

    static WindowSpec count() {
        return new WindowSpec(
                "count-1m",
                "count",
                4,
                Addressed.LEADER,
                (loads, plan) -> loads.count(500, plan),
                Goal.atLeast(1),
                null);
    }

    private static void perConcurrency(
            List<WindowSpec> rows,
            String kind,
            BiFunction<Loads, Loads.Plan, LoadResult> load,
            double atOne,
            double atFifty,
            double at256,
            double at1000) {
        rows.add(leader(kind + "-50", kind, 50, load, Goal.atLeast(atFifty), HALF));
        rows.add(leader(kind + "-256", kind, 256, load, Goal.atLeast(at256), HALF));
        rows.add(leader(kind + "-1000", kind, 1000, load, Goal.atLeast(at1000), HALF));
        rows.add(leader(kind + "-1", kind, 1, load, atOne == 0 ? null : Goal.atLeast(atOne), null));
    }

    private static WindowSpec watch(String id, WatchPlan watch, double times) {
        return leader(id, id, 50, (loads, plan) -> loads.watch(watch, plan), Goal.atLeast(times), NOT_HIGHER);
    }

    private static WindowSpec leader(
            String id,
            String kind,
            int inFlight,
            BiFunction<Loads, Loads.Plan, LoadResult> load,
            @Nullable Goal throughput,
            @Nullable Goal p99) {
        return new WindowSpec(id, kind, inFlight, Addressed.LEADER, load, throughput, p99);
    }

    /** Puts and gets, 256 in flight, of two sides that this names. */
    static List<WindowSpec> putAndGet(String sides, @Nullable Goal throughput) {
        return List.of(
                leader(sides + "-put-256", "put", 256, Loads::put, throughput, null),
                leader(sides + "-get-256", "get", 256, Loads::get, throughput, null));
    }

    /** The rows of three members on one machine, which share its processors with the load. */
    static List<WindowSpec> ofThreeMembers() {
        List<WindowSpec> rows = new ArrayList<>();
        ofThreeMembers(rows, "put", Addressed.LEADER, Loads::put, 1, 2, 2.7, 3);
        ofThreeMembers(
                rows,
                "txn",
                Addressed.LEADER,
                (loads, plan) -> loads.txn(TxnLoad.Target.VERSION, plan),
                1,
                1.9,
                2.5,
                3);
        ofThreeMembers(rows, "get", Addressed.LEADER, Loads::get, 1, 1.8, 1.8, 1.8);
        ofThreeMembers(rows, "get-all", Addressed.ALL, Loads::get, 1, 1.8, 1.8, 1.8);
        return rows;
    }

    private static void ofThreeMembers(
            List<WindowSpec> rows,
            String kind,
            Addressed addressed,
            BiFunction<Loads, Loads.Plan, LoadResult> load,
            double atOne,
            double atFifty,
            double at256,
            double at1000) {
        int[] inFlight = {50, 256, 1000, 1};
        double[] least = {atFifty, at256, at1000, atOne};
        for (int i = 0; i < inFlight.length; i++) {
            rows.add(new WindowSpec(
                    "three-" + kind + "-" + inFlight[i],
                    kind,
                    inFlight[i],
                    addressed,
                    load,
                    Goal.atLeast(least[i]),
                    NOT_HIGHER));
        }
    }

    boolean writes() {
        return kind.endsWith("put") || kind.equals("txn") || kind.startsWith("watch");
    }
}
