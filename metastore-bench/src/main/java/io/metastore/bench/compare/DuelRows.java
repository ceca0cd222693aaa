package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.load.KeySpace;
import java.util.List;
import java.util.Set;

/** The rows of alternating windows over one key space, on clusters of so many members, of two sides. */
record DuelRows(Pairing pairing, int members, int keys, int valueBytes, List<WindowSpec> specs) implements RowGroup {

    @Override
    public List<String> ids() {
        return specs.stream().map(WindowSpec::id).toList();
    }

    @Override
    public void run(Arena arena, CompareOptions options, Set<String> chosen, Report report) {
        try (Duel duel =
                new Duel(arena, options, pairing.sides(arena), members, new KeySpace("bench/key/", keys), valueBytes)) {
            for (WindowSpec spec : specs) {
                if (chosen.contains(spec.id())) {
                    try {
                        report.add(duel.measure(spec));
                    } catch (IllegalStateException e) {
                        report.fail(spec.id(), e);
                    }
                }
            }
        }
    }
}
