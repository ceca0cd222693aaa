package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Cluster;
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
 * Two servers with the same keys, or two clusters, measured in turn. A server that is not measured is stopped, so that what it
 * left for later (compaction, collection) costs its own windows and not the other's; a cluster of several members idles.
 */
final class Duel implements AutoCloseable {
    private static final Duration FILL_LIMIT = Duration.ofMinutes(30);
    private static final Duration COMPACT_LIMIT = Duration.ofMinutes(2);
    private static final int SETTLE_MILLIS = 500;

    private final Arena arena;
    private final CompareOptions options;
    private final KeySpace keys;
    private final int valueBytes;
    private final List<Cluster> clusters = new ArrayList<>();
    private final Set<String> warmKinds = new HashSet<>();

    Duel(Arena arena, CompareOptions options, int members, KeySpace keys, int valueBytes) {
        this.arena = arena;
        this.options = options;
        this.keys = keys;
        this.valueBytes = valueBytes;
        for (Contender contender : arena.contenders()) {
            Cluster cluster = arena.startCluster(contender, members);
            clusters.add(cluster);
            LoadResult filled =
                    Arena.require(loads(cluster, WindowSpec.Addressed.LEADER).fill(100, 16, FILL_LIMIT));
            Arena.progress(
                    "%s filled with %d keys, %.0f/s".formatted(contender.name(), keys.count(), filled.perSecond()));
            freeze(cluster);
        }
    }

    private Loads loads(Cluster cluster, WindowSpec.Addressed addressed) {
        boolean one = cluster.members().size() == 1;
        List<ServerProcess> members =
                one || addressed == WindowSpec.Addressed.ALL ? cluster.members() : List.of(arena.leaderOf(cluster));
        return arena.loads(cluster, members, keys, valueBytes);
    }

    WindowRow measure(WindowSpec spec) {
        boolean first = warmKinds.add(spec.kind());
        Duration warmup = first ? options.warmup() : options.warmup().dividedBy(3);
        eachInTurn(spec.addressed(), load -> {
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
            List<LoadResult> pair =
                    eachInTurn(spec.addressed(), load -> spec.load().apply(load, plan));
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
            CpuSample before = CpuSample.take(List.of());
            Pause.millis(1_000);
            if (before.until(CpuSample.take(List.of())).foreignShare() * 100 <= options.maxForeignPercent) {
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
    private List<LoadResult> eachInTurn(WindowSpec.Addressed addressed, Function<Loads, LoadResult> load) {
        List<LoadResult> results = new ArrayList<>();
        for (Cluster cluster : clusters) {
            cluster.thaw();
            Pause.millis(SETTLE_MILLIS);
            results.add(load.apply(loads(cluster, addressed)));
            freeze(cluster);
        }
        return results;
    }

    private void freeze(Cluster cluster) {
        if (!options.noFreeze) {
            cluster.freeze();
        }
    }

    @Override
    public void close() {
        clusters.forEach(cluster -> cluster.members().forEach(arena::stop));
    }
}
