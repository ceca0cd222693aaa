package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.Loads;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A defragmentation of a store half of which can be given back, with puts beside it. */
final class DefragRows implements RowGroup {
    private static final String ID = "defrag-5g";
    private static final int VALUE_BYTES = 1_000;
    private static final Duration FILL_LIMIT = Duration.ofMinutes(30);
    private static final Duration LIMIT = Duration.ofMinutes(9);

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        KeySpace keys = new KeySpace("bench/key/", options.defragKeys(VALUE_BYTES));
        BesideTable table = new BesideTable(ID, report);
        try (Duel duel = new Duel(arena, options, Pairing.ETCD_AND_OURS.sides(arena), 1, keys, VALUE_BYTES)) {
            for (int i = 0; i < BesideTable.alternations(options); i++) {
                table.add(duel.inTurn(loads -> {
                    overwrite(loads);
                    return PutsBeside.measure(loads, options, () -> loads.defragment(LIMIT));
                }));
            }
        }
        table.add("defragmentation, s", beside -> beside.call().latency().maxMicros() / 1e6, null);
        table.addPuts();
    }

    /** Leaves as much that can be given back as there is to keep. */
    private static void overwrite(Loads loads) {
        Arena.require(loads.fill(100, 16, FILL_LIMIT));
        Arena.require(loads.compact(FILL_LIMIT));
    }
}
