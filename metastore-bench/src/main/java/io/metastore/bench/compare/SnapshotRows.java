package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.load.KeySpace;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A snapshot of a store of 1 GB, as fast as it comes, with puts beside it. */
final class SnapshotRows implements RowGroup {
    private static final String ID = "snapshot-1g";
    private static final int VALUE_BYTES = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        KeySpace keys = new KeySpace("bench/key/", options.snapshotKeys(VALUE_BYTES));
        BesideTable table = new BesideTable(ID, report);
        // The snapshot has an event loop of its own, so that puts do not wait for its bytes in the client.
        try (LoadClient reader = new LoadClient();
                Duel duel = new Duel(arena, options, Pairing.ETCD_AND_OURS.sides(arena), 1, keys, VALUE_BYTES)) {
            for (int i = 0; i < BesideTable.alternations(options); i++) {
                table.add(duel.inTurn(loads -> PutsBeside.measure(
                        loads, options, () -> loads.over(reader).snapshot(LIMIT))));
            }
        }
        table.add("snapshot, MB", beside -> beside.call().replyBytes() / 1e6, null);
        table.add("snapshot beside puts, MB/s", beside -> beside.call().megabytesPerSecond(), null);
        table.addRatio("its MB/s against etcd's", beside -> beside.call().megabytesPerSecond(), Goal.atLeast(1));
        table.addPuts();
    }
}
