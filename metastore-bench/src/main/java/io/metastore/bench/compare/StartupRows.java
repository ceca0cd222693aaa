package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.KeySpace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How long a fresh member takes to say that it is ready, and to its first acknowledged put. */
final class StartupRows implements RowGroup {
    private static final String ID = "startup";

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        List<List<Double>> ready = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<Double>> firstPut = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < options.alternations; i++) {
            for (int c = 0; c < 2; c++) {
                ServerProcess server = arena.startFresh(arena.contenders().get(c));
                Arena.require(arena.loads(server, new KeySpace("bench/first/", 1), 256)
                        .fill(1, 1, Duration.ofSeconds(30)));
                firstPut.get(c).add((System.nanoTime() - server.startNanos()) / 1e9);
                ready.get(c).add(server.untilReady().toNanos() / 1e9);
                arena.stop(server);
            }
        }
        report.add(new MeasureRow(
                ID,
                "fresh member to ready line, s",
                Spread.of(ready.get(0)),
                Spread.of(ready.get(1)),
                Goal.atMost(1.5)));
        report.add(new MeasureRow(
                ID, "fresh member to first put, s", Spread.of(firstPut.get(0)), Spread.of(firstPut.get(1)), null));
    }
}
