package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.arena.ServerProcess;
import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.Loads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** RangeStream of 1 GB: how fast, and how much more memory the server holds meanwhile than before. */
final class StreamRows implements RowGroup {
    private static final String ID = "stream-1g";
    private static final int KEYS = 1_000_000;
    private static final int VALUE_BYTES = 1_000;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        List<List<Double>> rates = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<Double>> growth = List.of(new ArrayList<>(), new ArrayList<>());
        for (int c = 0; c < 2; c++) {
            ServerProcess server = arena.startFresh(arena.contenders().get(c));
            Loads loads = arena.loads(server, new KeySpace("bench/key/", KEYS), VALUE_BYTES);
            Arena.require(loads.fill(100, 16, Duration.ofMinutes(30)));
            Arena.require(loads.stream(options.warmup()));
            for (int i = 0; i < options.alternations; i++) {
                LoadResult stream = Arena.require(loads.stream(Duration.ZERO));
                rates.get(c).add(stream.megabytesPerSecond());
                growth.get(c).add((bytes(stream, "rss_most_bytes") - bytes(stream, "rss_before_bytes")) / 1048576);
            }
            arena.stop(server);
        }
        report.add(new MeasureRow(ID, "MB/s", Spread.of(rates.get(0)), Spread.of(rates.get(1)), null));
        report.add(new MeasureRow(
                ID,
                "resident memory above that before the stream, MiB",
                Spread.of(growth.get(0)),
                Spread.of(growth.get(1)),
                Goal.atMost(64)));
    }

    private static double bytes(LoadResult result, String key) {
        return result.more().get(key) instanceof Number number ? number.doubleValue() : 0;
    }
}
