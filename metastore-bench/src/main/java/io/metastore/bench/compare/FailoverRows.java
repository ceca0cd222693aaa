package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Cluster;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long no put is acknowledged after the leader of three members was killed. New puts are sent to both others all the time,
 * because one that was under way when the leader died may wait for its own limit.
 */
final class FailoverRows implements RowGroup {
    private static final String ID = "three-failover";
    private static final int IN_FLIGHT = 32;
    private static final int BETWEEN_PROBES_MILLIS = 50;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final KeySpace KEYS = new KeySpace("bench/key/", 10_000);
    private static final int VALUE_BYTES = 256;
    private static final Loads.Plan ONE = new Loads.Plan(1, Duration.ZERO, Duration.ofMillis(1));

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        Spread etcd = Spread.of(gaps(arena, options, arena.contenders().get(0)));
        arena.stopAll();
        Spread ours = Spread.of(gaps(arena, options, arena.contenders().get(1)));
        report.add(new MeasureRow(ID, "leader killed to next acknowledged put, s", etcd, ours, Goal.atMost(2)));
        report.add(new MeasureRow(
                ID, "the longest of these, s", Spread.of(etcd.most()), Spread.of(ours.most()), Goal.atMost(5)));
    }

    private static List<Double> gaps(Arena arena, CompareOptions options, Contender contender) {
        List<ServerProcess> members =
                new ArrayList<>(arena.startCluster(contender, 3).members());
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < options.alternations; i++) {
            Cluster cluster = new Cluster(members);
            ServerProcess leader = arena.leaderOf(cluster);
            Arena.require(arena.loads(cluster, List.of(leader), KEYS, VALUE_BYTES)
                    .put(new Loads.Plan(IN_FLIGHT, Duration.ZERO, i == 0 ? options.warmup() : options.window())));
            members.remove(leader);
            seconds.add(gap(arena, leader, members));
            Arena.progress("%s without its leader for %.2f s".formatted(contender.name(), seconds.get(i)));
            members.add(arena.startAgain(leader));
        }
        return seconds;
    }

    private static double gap(Arena arena, ServerProcess leader, List<ServerProcess> others) {
        AtomicLong acknowledged = new AtomicLong(Long.MAX_VALUE);
        ExecutorService probes = Executors.newCachedThreadPool();
        try {
            arena.kill(leader);
            long killed = System.nanoTime();
            while (acknowledged.get() == Long.MAX_VALUE) {
                if (System.nanoTime() - killed > LIMIT.toNanos()) {
                    throw new IllegalStateException("no put within " + LIMIT.toSeconds() + " s without the leader");
                }
                for (ServerProcess member : others) {
                    probes.execute(() -> probe(arena, member, acknowledged));
                }
                Pause.millis(BETWEEN_PROBES_MILLIS);
            }
            return (acknowledged.get() - killed) / 1e9;
        } finally {
            awaitEnd(probes);
        }
    }

    private static void probe(Arena arena, ServerProcess member, AtomicLong acknowledged) {
        LoadResult put = arena.loads(member, 1, KEYS, VALUE_BYTES).put(ONE);
        if (put.errors() == 0 && put.operations() > 0) {
            acknowledged.accumulateAndGet(System.nanoTime(), Math::min);
        }
    }

    /** Puts that still wait would disturb the next round. */
    private static void awaitEnd(ExecutorService probes) {
        probes.shutdown();
        try {
            if (!probes.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("probes without an end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
