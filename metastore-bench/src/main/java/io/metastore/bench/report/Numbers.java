package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.Locale;

/** Numbers as people read them: three or four digits that count. */
final class Numbers {
    private Numbers() {}

    static String text(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.095 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** The median, with the least and the most if there were several. */
    static String text(Spread spread) {
        return spread.least() == spread.most()
                ? text(spread.median())
                : "%s (%s..%s)".formatted(text(spread.median()), text(spread.least()), text(spread.most()));
    }
}
