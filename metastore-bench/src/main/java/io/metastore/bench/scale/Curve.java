package io.metastore.bench.scale;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.WatchPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What grows, and what is measured at each of its sizes, on a server that holds nothing else. */
enum Curve {
    /** Keys with values of 100 bytes: puts and gets at random, and the first page of all keys with their count. */
    KEYS(10_000, 100_000, 1_000_000, 10_000_000) {
        @Override
        List<Point> measure(Bench bench, int size) {
            Loads loads = bench.loads(CONNECTIONS, size, SMALL_VALUE);
            Arena.require(loads.fill(100, 16, FILL_LIMIT));
            return List.of(
                    point(size, "put", warm(bench, plan -> loads.put(plan))),
                    point(size, "get", warm(bench, plan -> loads.get(plan))),
                    point(size, "count", Arena.require(loads.count(500, bench.plan(4)))));
        }
    },

    /** Bytes of a value. */
    VALUES(100, 1_024, 10_240, 102_400, 1_048_576) {
        @Override
        List<Point> measure(Bench bench, int size) {
            Loads loads = bench.loads(CONNECTIONS, 64, size);
            Arena.require(loads.fill(1, 4, FILL_LIMIT));
            return List.of(
                    point(size, "put", Arena.require(loads.put(bench.plan(16)))),
                    point(size, "get", Arena.require(loads.get(bench.plan(16)))));
        }
    },

    /** Connections, each with one call under way. */
    CONNECTIONS_OPEN(1, 10, 100, 1_000, 5_000) {
        @Override
        List<Point> measure(Bench bench, int size) {
            Arena.require(bench.loads(CONNECTIONS, 10_000, VALUE).fill(100, 16, FILL_LIMIT));
            Loads loads = bench.loads(size, 10_000, VALUE);
            return List.of(
                    point(size, "put", Arena.require(loads.put(bench.plan(size)))),
                    point(size, "get", Arena.require(loads.get(bench.plan(size)))));
        }
    },

    /** Watchers of a prefix each: what one event costs, of which one watcher is told. */
    WATCHERS(100, 1_000, 10_000, 100_000) {
        @Override
        List<Point> measure(Bench bench, int size) {
            Loads loads = bench.loads(CONNECTIONS, 1, VALUE);
            WatchPlan watch = new WatchPlan(size, size, Math.min(size, 1_000), VALUE);
            return List.of(point(size, "put and event", Arena.require(loads.watch(watch, bench.plan(IN_FLIGHT)))));
        }
    },

    /** Leases that exist: their own grants, grants and revocations besides, and keep-alives. */
    LEASES(10_000, 100_000, 1_000_000) {
        @Override
        List<Point> measure(Bench bench, int size) {
            Loads loads = bench.loads(CONNECTIONS, 1, VALUE);
            LoadResult granted = Arena.require(loads.grant(TTL_SECONDS, size, FILL_LIMIT));
            return List.of(
                    point(size, "grant", granted),
                    point(size, "grant or revoke", Arena.require(loads.lease(TTL_SECONDS, bench.plan(IN_FLIGHT)))),
                    point(
                            size,
                            "keep-alive",
                            Arena.require(loads.keepAlive(TTL_SECONDS, 1_000, bench.plan(IN_FLIGHT)))));
        }
    },

    /** Records written since the last compaction, over 10,000 keys: what it costs to erase one. */
    REVISIONS(10_000, 100_000, 1_000_000) {
        @Override
        List<Point> measure(Bench bench, int size) {
            int keys = Math.min(size, 10_000);
            Loads loads = bench.loads(CONNECTIONS, keys, VALUE);
            Arena.require(loads.fill(100, 16, FILL_LIMIT));
            Arena.require(loads.compact(FILL_LIMIT));
            for (int written = 0; written < size; written += keys) {
                Arena.require(loads.fill(100, 16, FILL_LIMIT));
            }
            LoadResult compacted = Arena.require(loads.compact(FILL_LIMIT));
            return List.of(new Point(
                    label(),
                    size,
                    "record erased",
                    size * 1e9 / compacted.cpu().nanos(),
                    compacted.cpu().serverNanos() / 1e3 / size,
                    compacted.latency().maxMicros(),
                    compacted.serverMemory().residentBytes() / 1048576.0));
        }
    };

    /** A server, and how long it is looked at. */
    record Bench(Arena arena, ServerProcess server, Duration warmup, Duration window) {
        Loads loads(int connections, int keys, int valueBytes) {
            return arena.loads(server, connections, new KeySpace("bench/key/", keys), valueBytes);
        }

        Loads.Plan plan(int inFlight) {
            return new Loads.Plan(inFlight, warmup, window);
        }
    }

    private interface Load {
        LoadResult run(Loads.Plan plan);
    }

    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 64;
    private static final int SMALL_VALUE = 100;
    private static final int VALUE = 256;
    private static final long TTL_SECONDS = 3_600;
    private static final Duration FILL_LIMIT = Duration.ofMinutes(30);

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Integer> sizes;

    Curve(Integer... sizes) {
        this.sizes = List.of(sizes);
    }

    /** Ascending. */
    List<Integer> sizes(long most) {
        return sizes.stream().filter(size -> size <= most).toList();
    }

    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace("_open", "");
    }

    static Curve labelled(String label) {
        for (Curve curve : values()) {
            if (curve.label().equals(label)) {
                return curve;
            }
        }
        throw new IllegalArgumentException("no curve %s, there are %s".formatted(label, labels()));
    }

    static List<String> labels() {
        List<String> labels = new ArrayList<>();
        for (Curve curve : values()) {
            labels.add(curve.label());
        }
        return labels;
    }

    abstract List<Point> measure(Bench bench, int size);

    Point point(long size, String operation, LoadResult result) {
        return Point.of(label(), size, operation, result);
    }

    private static LoadResult warm(Bench bench, Load load) {
        return Arena.require(load.run(bench.plan(IN_FLIGHT)));
    }
}
