package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Resident memory with 1,000,000 keys of 256 bytes, after gets and puts all over them. */
final class MemoryRows implements RowGroup {
    private static final String ID = "memory-1m";
    private static final int KEYS = 1_000_000;
    private static final int VALUE_BYTES = 256;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        List<Double> filled = new ArrayList<>();
        List<Double> loaded = new ArrayList<>();
        List<Double> peak = new ArrayList<>();
        for (Contender contender : arena.contenders()) {
            ServerProcess server = arena.startFresh(contender);
            Loads loads = arena.loads(server, new KeySpace("bench/key/", KEYS), VALUE_BYTES);
            LoadResult fill = Arena.require(loads.fill(100, 16, Duration.ofMinutes(30)));
            filled.add(fill.serverMemory().residentBytes() / 1048576.0);
            Loads.Plan plan = new Loads.Plan(50, Duration.ZERO, Duration.ofSeconds(10));
            Arena.require(loads.put(plan));
            LoadResult get = Arena.require(loads.get(plan));
            loaded.add(get.serverMemory().residentBytes() / 1048576.0);
            peak.add(get.serverMemory().peakBytes() / 1048576.0);
            arena.stop(server);
        }
        report.add(row("resident after the fill, MiB", filled, null));
        report.add(row("resident after puts and gets, MiB", loaded, Goal.atMost(768)));
        report.add(row("most resident ever, MiB", peak, null));
    }

    private static MeasureRow row(String what, List<Double> values, @org.jspecify.annotations.Nullable Goal goal) {
        return new MeasureRow(ID, what, Spread.of(values.get(0)), Spread.of(values.get(1)), goal);
    }
}
