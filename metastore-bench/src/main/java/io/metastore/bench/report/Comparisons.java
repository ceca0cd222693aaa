package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.List;

/** Ours beside etcd's, over all rows. */
final class Comparisons {
    /** A row and its ratio. */
    record Comparison(String row, Spread ratio) {
        String text() {
            return "`%s` %s".formatted(row, Numbers.text(ratio));
        }
    }

    /** A rate that was given says nothing. */
    private static final String FIXED_RATE = "w2-rate";

    private Comparisons() {}

    static List<Comparison> rates(Recording recording) {
        return of(recording, Figure.PER_SECOND).stream()
                .filter(comparison -> !comparison.row().equals(FIXED_RATE))
                .toList();
    }

    static List<Comparison> of(Recording recording, Figure figure) {
        List<Comparison> found = new ArrayList<>();
        for (String row : recording.rows()) {
            recording.ratio(row, figure).ifPresent(ratio -> found.add(new Comparison(row, ratio)));
        }
        return found;
    }
}
