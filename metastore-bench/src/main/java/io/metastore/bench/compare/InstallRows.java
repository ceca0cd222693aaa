package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Cluster;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.Seat;
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
import org.jspecify.annotations.Nullable;

/** A fourth member gets a snapshot of 1 GB from three that take puts: how long it takes, and how long puts take meanwhile. */
final class InstallRows implements RowGroup {
    private static final String ID = "three-install-1g";
    private static final KeySpace KEYS = new KeySpace("bench/key/", 1_000_000);
    private static final int VALUE_BYTES = 1_000;
    private static final int IN_FLIGHT = 32;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(30);
    private static final int SETTLE_SECONDS = 10;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        Seen etcd = measure(arena, options, arena.contenders().get(0));
        arena.stopAll();
        Seen ours = measure(arena, options, arena.contenders().get(1));
        add(report, "start of the new member to its ready line, s", etcd.seconds, ours.seconds, null);
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
        // So many to a transaction that etcd's log is cut off behind a snapshot of its own too.
        Arena.require(loads.fill(20, 16, Duration.ofMinutes(30)));
        Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, Duration.ZERO, options.warmup())));
        for (int i = 0; i < options.alternations; i++) {
            Pause.millis(Duration.ofSeconds(SETTLE_SECONDS).toMillis());
            LoadResult before = Arena.require(loads.put(new Loads.Plan(IN_FLIGHT, options.lead(), IDLE)));
            Seat seat = arena.seatBeside(cluster);
            long id = loads.addMember(seat.ports().peerUrl(), CHANGE_LIMIT);
            ServerProcess added = arena.startBeside(contender, seat);
            long limit = System.nanoTime() + LIMIT.toNanos();
            LoadResult meanwhile = Arena.require(loads.putWhile(
                    () -> !added.isReady() && added.isAlive() && System.nanoTime() < limit, BETWEEN_LOOKS, IN_FLIGHT));
            added.awaitReady();
            seen.seconds.add(added.untilReady().toNanos() / 1e9);
            seen.before.add(before.latency().p99Micros() / 1e3);
            seen.meanwhile.add(meanwhile.latency().p99Micros() / 1e3);
            seen.times.add(meanwhile.latency().p99Micros() / before.latency().p99Micros());
            Arena.progress("%s took a member in within %.1f s".formatted(contender.name(), seen.seconds.get(i)));
            loads.removeMember(id, CHANGE_LIMIT);
            arena.stop(added);
            arena.delete(added.dir());
        }
        return seen;
    }
}
