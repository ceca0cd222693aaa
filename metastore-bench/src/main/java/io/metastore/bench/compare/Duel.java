package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Cluster;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.load.AuthTokens;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.Pause;
import io.metastore.bench.measure.CpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Two servers with the same keys, or two clusters, measured in turn. A server that is not measured is stopped, so that what it
 * left for later (compaction, collection) costs its own windows and not the other's; a cluster of several members idles.
 */
final class Duel implements AutoCloseable {
    private static final Duration FILL_LIMIT = Duration.ofMinutes(30);
    private static final Duration COMPACT_LIMIT = Duration.ofMinutes(2);
    private static final int SETTLE_MILLIS = 500;

    /** A side, its servers, and what their clients show. */
    private record Party(Side side, Cluster cluster, AuthTokens tokens) {}

    private final Arena arena;
    private final CompareOptions options;
    private final KeySpace keys;
    private final int valueBytes;
    private final List<Party> parties = new ArrayList<>();
    private final Set<String> warmKinds = new HashSet<>();

    Duel(Arena arena, CompareOptions options, List<Side> sides, int members, KeySpace keys, int valueBytes) {
        this.arena = arena;
        this.options = options;
        this.keys = keys;
        this.valueBytes = valueBytes;
        for (Side side : sides) {
            Cluster cluster = arena.startCluster(side.contender(), members);
            Loads opening = loads(cluster, WindowSpec.Addressed.LEADER);
            Party party = new Party(side, cluster, side.prepare(opening));
            parties.add(party);
            LoadResult filled = Arena.require(opening.with(party.tokens.user()).fill(100, 16, FILL_LIMIT));
            Arena.progress("%s filled with %d keys, %.0f/s".formatted(side.name(), keys.count(), filled.perSecond()));
            freeze(cluster);
        }
    }

    private Loads loads(Cluster cluster, WindowSpec.Addressed addressed) {
        boolean one = cluster.members().size() == 1;
        List<ServerProcess> members =
                one || addressed == WindowSpec.Addressed.ALL ? cluster.members() : List.of(arena.leaderOf(cluster));
        return arena.loads(cluster, members, keys, valueBytes);
    }

    private WindowRow.Names names() {
        return new WindowRow.Names(
                parties.get(0).side.name(), parties.get(1).side.name());
    }

    WindowRow measure(WindowSpec spec) {
        boolean first = warmKinds.add(spec.kind());
        Duration warmup = first ? options.warmup() : options.warmup().dividedBy(3);
        eachInTurn(spec.addressed(), (party, load) -> {
            if (spec.writes()) {
                Arena.require(load.with(party.tokens.root()).compact(COMPACT_LIMIT));
            }
            return load(spec, party, load, new Loads.Plan(spec.inFlight(), Duration.ZERO, warmup));
        });
        Loads.Plan plan = new Loads.Plan(spec.inFlight(), options.lead(), options.window());
        List<Alternation> all = new ArrayList<>();
        int most = options.alternations + options.retries;
        while (all.size() < most && quiet(all).size() < options.alternations) {
            awaitQuiet();
            List<LoadResult> pair =
                    eachInTurn(spec.addressed(), (party, load) -> remarked(party, load(spec, party, load, plan)));
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
        return new WindowRow(spec.id(), names(), kept, disturbed, spec.throughput(), spec.p99());
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

    private static LoadResult load(WindowSpec spec, Party party, Loads loads, Loads.Plan plan) {
        return spec.load().apply(loads.with(party.tokens.user()), plan);
    }

    private static LoadResult remarked(Party party, LoadResult result) {
        Map<String, Object> more = new LinkedHashMap<>(result.more());
        party.cluster.members().forEach(server -> more.putAll(party.side.remarks(server)));
        return result.with(more);
    }

    /** Something done on the first, then on the second, with only the one awake that is under load. */
    <T> List<T> inTurn(Function<Loads, T> load) {
        return eachInTurn(WindowSpec.Addressed.LEADER, (party, loads) -> load.apply(loads.with(party.tokens.user())));
    }

    private <T> List<T> eachInTurn(WindowSpec.Addressed addressed, BiFunction<Party, Loads, T> load) {
        List<T> results = new ArrayList<>();
        for (Party party : parties) {
            party.cluster.thaw();
            Pause.millis(SETTLE_MILLIS);
            results.add(load.apply(party, loads(party.cluster, addressed)));
            freeze(party.cluster);
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
        parties.forEach(party -> party.cluster.members().forEach(arena::stop));
    }
}
