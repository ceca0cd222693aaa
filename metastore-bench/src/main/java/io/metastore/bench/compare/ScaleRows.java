package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Ten million keys of 100 bytes: throughput against that at ten thousand, memory, and a restart. One server at a time. */
final class ScaleRows implements RowGroup {
    private static final String ID = "scale-10m";
    private static final int FEW_KEYS = 10_000;
    private static final int VALUE_BYTES = 100;
    private static final int IN_FLIGHT = 256;
    private static final int RESTARTS = 3;
    private static final int SETTLE_SECONDS = 10;

    private static final String PUT_SHARE = "put throughput against that at %d keys".formatted(FEW_KEYS);
    private static final String GET_SHARE = "get throughput against that at %d keys".formatted(FEW_KEYS);
    private static final String RESIDENT = "resident after puts and gets, MiB";
    private static final String RESTART_READY = "restart to ready line, s";
    private static final String RESTART_GET = "restart to first linearizable get, s";
    private static final String RESTART_RESIDENT = "resident after the restart, MiB";

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        Map<String, Spread> etcd = measure(arena, options, arena.contenders().get(0));
        Map<String, Spread> ours = measure(arena, options, arena.contenders().get(1));
        Map<String, Goal> goals = Map.of(
                PUT_SHARE, Goal.atLeast(0.8),
                GET_SHARE, Goal.atLeast(0.8),
                RESIDENT, Goal.atMost(1536),
                RESTART_READY, Goal.atMost(3),
                RESTART_GET, Goal.atMost(3));
        etcd.forEach((what, spread) ->
                report.add(new MeasureRow(ID, what, spread, ours.getOrDefault(what, Spread.NONE), goals.get(what))));
    }

    private static Map<String, Spread> measure(Arena arena, CompareOptions options, Contender contender) {
        Map<String, Spread> found = new LinkedHashMap<>();
        ServerProcess small = arena.startFresh(contender);
        Rates few = rates(arena, options, small, FEW_KEYS);
        arena.stop(small);

        ServerProcess large = arena.startFresh(contender);
        Rates many = rates(arena, options, large, options.scaleKeys);
        found.put("puts/s at %d keys".formatted(FEW_KEYS), few.puts);
        found.put("puts/s at %d keys".formatted(options.scaleKeys), many.puts);
        found.put(PUT_SHARE, share(many.puts, few.puts));
        found.put("gets/s at %d keys".formatted(FEW_KEYS), few.gets);
        found.put("gets/s at %d keys".formatted(options.scaleKeys), many.gets);
        found.put(GET_SHARE, share(many.gets, few.gets));
        found.put(RESIDENT, Spread.of(many.residentMebibytes));
        arena.stop(large);

        List<Double> ready = new ArrayList<>();
        List<Double> firstGet = new ArrayList<>();
        List<Double> resident = new ArrayList<>();
        for (int i = 0; i < RESTARTS; i++) {
            ServerProcess again = arena.startAgain(large);
            ready.add(again.untilReady().toNanos() / 1e9);
            LoadResult get = Arena.require(arena.loads(again, new KeySpace("bench/key/", FEW_KEYS), VALUE_BYTES)
                    .get(new Loads.Plan(1, Duration.ZERO, Duration.ofMillis(1))));
            firstGet.add((System.nanoTime() - again.startNanos()) / 1e9);
            resident.add(get.serverMemory().residentBytes() / 1048576.0);
            arena.stop(again);
        }
        found.put(RESTART_READY, Spread.of(ready));
        found.put(RESTART_GET, Spread.of(firstGet));
        found.put(RESTART_RESIDENT, Spread.of(resident));
        arena.delete(large.dir());
        return found;
    }

    private record Rates(Spread puts, Spread gets, double residentMebibytes) {}

    private static Rates rates(Arena arena, CompareOptions options, ServerProcess server, int keys) {
        Loads loads = arena.loads(server, new KeySpace("bench/key/", keys), VALUE_BYTES);
        LoadResult filled = Arena.require(loads.fill(100, 16, Duration.ofHours(2)));
        Arena.progress(
                "%s filled with %d keys, %.0f/s".formatted(server.contender().name(), keys, filled.perSecond()));
        Pause.millis(Duration.ofSeconds(SETTLE_SECONDS).toMillis());
        Loads.Plan warm = new Loads.Plan(IN_FLIGHT, Duration.ZERO, options.warmup());
        Loads.Plan plan = new Loads.Plan(IN_FLIGHT, options.lead(), options.window());
        Arena.require(loads.put(warm));
        Spread puts = repeated(() -> loads.put(plan));
        Arena.require(loads.get(warm));
        Spread gets = repeated(() -> loads.get(plan));
        double resident = Arena.require(loads.get(plan)).serverMemory().residentBytes() / 1048576.0;
        return new Rates(puts, gets, resident);
    }

    private static Spread repeated(Supplier<LoadResult> load) {
        double[] rates = new double[3];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = Arena.require(load.get()).perSecond();
        }
        return Spread.of(rates);
    }

    private static Spread share(Spread many, Spread few) {
        return Spread.of(few.median() == 0 ? 0 : many.median() / few.median());
    }
}
