package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Cluster;
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
import org.jspecify.annotations.Nullable;

/** 100,000 leases of three members end within one second: when all of them are gone, and how long puts take meanwhile. */
final class DueLeaseRows implements RowGroup {
    private static final String ID = "three-leases-due";
    private static final int LEASES = 100_000;
    private static final KeySpace KEYS = new KeySpace("bench/key/", 10_000);
    private static final int VALUE_BYTES = 256;
    private static final int IN_FLIGHT = 32;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    /** Enough to grant all, and to measure puts before they end. */
    private static final Duration UNTIL_DUE = Duration.ofSeconds(60);

    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        Seen etcd = measure(arena, options, arena.contenders().get(0));
        arena.stopAll();
        Seen ours = measure(arena, options, arena.contenders().get(1));
        add(report, "last lease due to all gone, s", etcd.seconds, ours.seconds, Goal.atMost(5));
        add(report, "p99 of puts before, ms", etcd.before, ours.before, null);
        add(report, "p99 of puts meanwhile, ms", etcd.meanwhile, ours.meanwhile, null);
        add(report, "p99 meanwhile against before", etcd.times, ours.times, Goal.atMost(3));
    }

    private static void add(Report report, String what, List<Double> etcd, List<Double> ours, @Nullable Goal goal) {
        report.add(new MeasureRow(ID, what, Spread.of(etcd), Spread.of(ours), goal));
    }

    private record Seen(List<Double> seconds, List<Double> before, List<Double> meanwhile, List<Double> times) {}

    private static Seen measure(Arena arena, CompareOptions options, Contender contender) {
        Cluster cluster = arena.startCluster(contender, 3);
        Seen seen = new Seen(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        ServerProcess leader = arena.leaderOf(cluster);
        Loads loads = arena.loads(cluster, List.of(leader), KEYS, VALUE_BYTES);
        Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, Duration.ZERO, options.warmup())));
        for (int i = 0; i < options.alternations; i++) {
            long due = System.nanoTime() + UNTIL_DUE.toNanos();
            Arena.require(loads.grantDueAt(due, LEASES, UNTIL_DUE));
            LoadResult before = Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, options.lead(), IDLE)));
            if (loads.leases(CALL_LIMIT) != LEASES || System.nanoTime() > due) {
                throw new IllegalStateException("leases were gone before they were due");
            }
            loads.putWhile(() -> System.nanoTime() < due, Duration.ofMillis(1), 1);
            long lastDue = due + Duration.ofSeconds(1).toNanos();
            long[] gone = new long[1];
            LoadResult meanwhile = Arena.require(loads.putWhile(
                    () -> {
                        long now = System.nanoTime();
                        gone[0] = loads.leases(CALL_LIMIT) == 0 ? now : 0;
                        return gone[0] == 0 && now - due < LIMIT.toNanos();
                    },
                    BETWEEN_LOOKS,
                    IN_FLIGHT));
            if (gone[0] == 0) {
                throw new IllegalStateException("leases stay for %d s".formatted(LIMIT.toSeconds()));
            }
            seen.seconds.add((gone[0] - lastDue) / 1e9);
            seen.before.add(before.latency().p99Micros() / 1e3);
            seen.meanwhile.add(meanwhile.latency().p99Micros() / 1e3);
            seen.times.add(meanwhile.latency().p99Micros() / before.latency().p99Micros());
            Arena.progress("%s without its leases after %.1f s".formatted(contender.name(), seen.seconds.get(i)));
        }
        return seen;
    }
}
