package io.metastore.bench.compare;

import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.LoadResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One line of the table of throughput and latency, out of its alternations. */
record WindowRow(
        String id,
        Names names,
        List<Alternation> alternations,
        boolean disturbed,
        @Nullable Goal throughputGoal,
        @Nullable Goal p99Goal) {

    /** What the two sides are called. */
    record Names(String first, String second) {}

    static List<String> columns(Names names) {
        return List.of(
                "row",
                names.first + " /s",
                names.second + " /s",
                "ratio (min..max)",
                "p99 " + names.first + " us",
                "p99 " + names.second + " us",
                "p99 ratio (min..max)",
                "CPU us/op " + names.first,
                names.second,
                "client",
                "RSS MiB " + names.first,
                names.second,
                "foreign CPU %",
                "errors",
                "goal",
                "met",
                "remarks");
    }

    Spread ratio() {
        return Spread.of(alternations.stream().map(Alternation::throughputRatio).toList());
    }

    Spread p99Ratio() {
        return Spread.of(alternations.stream().map(Alternation::p99Ratio).toList());
    }

    boolean met() {
        boolean fast = throughputGoal == null || throughputGoal.met(ratio().median());
        boolean prompt = p99Goal == null || p99Goal.met(p99Ratio().median());
        return fast && prompt && errors() == 0;
    }

    long errors() {
        return alternations.stream()
                .mapToLong(a -> a.first().errors() + a.second().errors())
                .sum();
    }

    List<String> cells() {
        String goal =
                (throughputGoal == null ? "" : throughputGoal.toString()) + (p99Goal == null ? "" : ", p99 " + p99Goal);
        return List.of(
                disturbed ? id + " ~" : id,
                number("%.0f", first(LoadResult::perSecond)),
                number("%.0f", second(LoadResult::perSecond)),
                ratio().toString(),
                number("%.0f", first(r -> r.latency().p99Micros())),
                number("%.0f", second(r -> r.latency().p99Micros())),
                p99Ratio().toString(),
                number("%.1f", first(LoadResult::serverMicrosPerOperation)),
                number("%.1f", second(LoadResult::serverMicrosPerOperation)),
                number(
                        "%.2f",
                        median(a -> (a.first().clientMicrosPerOperation()
                                        + a.second().clientMicrosPerOperation())
                                / 2)),
                number("%.0f", first(WindowRow::residentMebibytes)),
                number("%.0f", second(WindowRow::residentMebibytes)),
                number("%.0f", 100 * median(Alternation::foreignShare)),
                Long.toString(errors()),
                goal,
                goal.isEmpty() ? "" : met() ? "yes" : "no",
                remarks());
    }

    /** What the loads told beside the usual, of the last alternation. */
    private String remarks() {
        if (alternations.isEmpty()) {
            return "";
        }
        Alternation last = alternations.get(alternations.size() - 1);
        Set<String> keys = new LinkedHashSet<>(last.first().more().keySet());
        keys.addAll(last.second().more().keySet());
        List<String> remarks = new ArrayList<>();
        keys.forEach(key -> remarks.add("%s %s / %s"
                .formatted(
                        key,
                        plain(last.first().more().getOrDefault(key, "-")),
                        plain(last.second().more().getOrDefault(key, "-")))));
        return String.join("; ", remarks);
    }

    private static String plain(Object value) {
        return value instanceof Double number ? number("%.1f", number) : value.toString();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("ratio", ratio().median());
        map.put("ratio_min", ratio().least());
        map.put("ratio_max", ratio().most());
        map.put("p99_ratio", p99Ratio().median());
        map.put("p99_ratio_min", p99Ratio().least());
        map.put("p99_ratio_max", p99Ratio().most());
        map.put("disturbed", disturbed);
        map.put("goal", String.valueOf(throughputGoal));
        map.put("p99_goal", String.valueOf(p99Goal));
        map.put("met", met());
        map.put(names.first, alternations.stream().map(a -> a.first().toMap()).toList());
        map.put(names.second, alternations.stream().map(a -> a.second().toMap()).toList());
        return map;
    }

    private double first(ToDoubleFunction<LoadResult> of) {
        return median(a -> of.applyAsDouble(a.first()));
    }

    private double second(ToDoubleFunction<LoadResult> of) {
        return median(a -> of.applyAsDouble(a.second()));
    }

    private double median(Function<Alternation, Double> of) {
        return Spread.of(alternations.stream().map(of).toList()).median();
    }

    private static double residentMebibytes(LoadResult result) {
        return result.serverMemory().residentBytes() / 1048576.0;
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
