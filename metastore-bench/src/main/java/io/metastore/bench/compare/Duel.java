package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.Pause;
import io.metastore.bench.measure.CpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Two servers with the same keys, measured in turn. The one that is not measured is stopped, so that what it left for
 * later (compaction, collection) costs its own windows and not the other's.
 */
final class Duel implements AutoCloseable {
    private static final Duration FILL_LIMIT = Duration.ofMinutes(30);
    private static final Duration COMPACT_LIMIT = Duration.ofMinutes(2);
    private static final int SETTLE_MILLIS = 500;

    private final Arena arena;
    private final CompareOptions options;
    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<Loads> loads = new ArrayList<>();
    private final Set<String> warmKinds = new HashSet<>();

    Duel(Arena arena, CompareOptions options, KeySpace keys, int valueBytes) {
        this.arena = arena;
        this.options = options;
        for (Contender contender : arena.contenders()) {
            ServerProcess server = arena.startFresh(contender);
            servers.add(server);
            Loads load = arena.loads(server, keys, valueBytes);
            loads.add(load);
            LoadResult filled = Arena.require(load.fill(100, 16, FILL_LIMIT));
            Arena.progress(
                    "%s filled with %d keys, %.0f/s".formatted(contender.name(), keys.count(), filled.perSecond()));
            freeze(server);
        }
    }

    WindowRow measure(WindowSpec spec) {
        boolean first = warmKinds.add(spec.kind());
        Duration warmup = first ? options.warmup() : options.warmup().dividedBy(3);
        eachInTurn(load -> {
            if (spec.writes()) {
                Arena.require(load.compact(COMPACT_LIMIT));
            }
            return spec.load().apply(load, new Loads.Plan(spec.inFlight(), Duration.ZERO, warmup));
        });
        Loads.Plan plan = new Loads.Plan(spec.inFlight(), options.lead(), options.window());
        List<Alternation> all = new ArrayList<>();
        int most = options.alternations + options.retries;
        while (all.size() < most && quiet(all).size() < options.alternations) {
            awaitQuiet();
            List<LoadResult> pair = eachInTurn(load -> spec.load().apply(load, plan));
            all.add(new Alternation(pair.get(0), pair.get(1)));
        }
        List<Alternation> quiet = quiet(all);
        boolean disturbed = quiet.size() < options.alternations;
        List<Alternation> kept = disturbed
                ? all.stream()
                        .sorted(Comparator.comparingDouble(Alternation::foreignShare))
                        .limit(options.alternations)
                        .toList()
                : quiet;
        return new WindowRow(spec.id(), kept, disturbed, spec.throughput(), spec.p99());
    }

    /** Waits until the machine is little used, or for as long as it may. */
    private void awaitQuiet() {
        for (int i = 0; i < options.quietWaitSeconds; i++) {
            CpuSample before = CpuSample.take(0);
            Pause.millis(1_000);
            if (before.until(CpuSample.take(0)).foreignShare() * 100 <= options.maxForeignPercent) {
                return;
            }
        }
    }

    private List<Alternation> quiet(List<Alternation> all) {
        return all.stream()
                .filter(a -> a.foreignShare() * 100 <= options.maxForeignPercent)
                .toList();
    }

    /** The load on etcd, then on ours, with only the one awake that is under load. */
    List<LoadResult> eachInTurn(Function<Loads, LoadResult> load) {
        List<LoadResult> results = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            ServerProcess server = servers.get(i);
            server.thaw();
            Pause.millis(SETTLE_MILLIS);
            results.add(load.apply(loads.get(i)));
            freeze(server);
        }
        return results;
    }

    private void freeze(ServerProcess server) {
        if (!options.noFreeze) {
            server.freeze();
        }
    }

    @Override
    public void close() {
        servers.forEach(arena::stop);
    }
}
