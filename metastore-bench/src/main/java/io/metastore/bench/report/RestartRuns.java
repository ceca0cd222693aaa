package io.metastore.bench.report;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.Loads;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A fresh member's start, and its restart with ten thousand keys, on servers of their own. */
final class RestartRuns {
    static final String ID = "restart";
    static final int KEYS = 10_000;

    private static final int VALUE_BYTES = 256;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private RestartRuns() {}

    static void run(Arena arena, int rounds, Recording recording) {
        recording.command(ID, "report --only=" + ID);
        for (int i = 0; i < rounds; i++) {
            for (Contender contender : arena.contenders()) {
                try {
                    recording.addRun(ID, contender.name(), run(arena, contender));
                } catch (IllegalStateException e) {
                    recording.fail(ID, contender.name(), String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private static Map<String, Object> run(Arena arena, Contender contender) {
        Map<String, Object> times = new LinkedHashMap<>();
        KeySpace keys = new KeySpace("bench/key/", KEYS);
        ServerProcess fresh = arena.startFresh(contender);
        Arena.require(
                arena.loads(fresh, new KeySpace("bench/first/", 1), VALUE_BYTES).fill(1, 1, LIMIT));
        times.put("first_put_s", sinceStart(fresh));
        times.put("ready_s", fresh.untilReady().toNanos() / 1e9);
        Arena.require(arena.loads(fresh, keys, VALUE_BYTES).fill(1, 16, LIMIT));
        arena.stop(fresh);

        ServerProcess again = arena.startAgain(fresh);
        Arena.require(
                arena.loads(again, keys, VALUE_BYTES).get(new Loads.Plan(1, Duration.ZERO, Duration.ofMillis(1))));
        times.put("restart_first_get_s", sinceStart(again));
        times.put("restart_ready_s", again.untilReady().toNanos() / 1e9);
        arena.stop(again);
        arena.delete(again.dir());
        return new LinkedHashMap<>(Map.of("details", times));
    }

    private static double sinceStart(ServerProcess server) {
        return (System.nanoTime() - server.startNanos()) / 1e9;
    }
}
