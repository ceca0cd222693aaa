package io.metastore.bench.compare;

import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.LoadResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One line of the table of throughput and latency, out of its alternations. */
record WindowRow(
        String id,
        List<Alternation> alternations,
        boolean disturbed,
        @Nullable Goal throughputGoal,
        @Nullable Goal p99Goal) {

    static final List<String> COLUMNS = List.of(
            "row",
            "etcd /s",
            "ours /s",
            "ratio (min..max)",
            "p99 etcd us",
            "p99 ours us",
            "p99 ratio (min..max)",
            "CPU us/op etcd",
            "ours",
            "client",
            "RSS MiB etcd",
            "ours",
            "foreign CPU %",
            "errors",
            "goal",
            "met",
            "remarks");

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
                .mapToLong(a -> a.etcd().errors() + a.ours().errors())
                .sum();
    }

    List<String> cells() {
        String goal =
                (throughputGoal == null ? "" : throughputGoal.toString()) + (p99Goal == null ? "" : ", p99 " + p99Goal);
        return List.of(
                disturbed ? id + " ~" : id,
                number("%.0f", etcd(LoadResult::perSecond)),
                number("%.0f", ours(LoadResult::perSecond)),
                ratio().toString(),
                number("%.0f", etcd(r -> r.latency().p99Micros())),
                number("%.0f", ours(r -> r.latency().p99Micros())),
                p99Ratio().toString(),
                number("%.1f", etcd(LoadResult::serverMicrosPerOperation)),
                number("%.1f", ours(LoadResult::serverMicrosPerOperation)),
                number(
                        "%.2f",
                        median(a ->
                                (a.etcd().clientMicrosPerOperation() + a.ours().clientMicrosPerOperation()) / 2)),
                number("%.0f", etcd(WindowRow::residentMebibytes)),
                number("%.0f", ours(WindowRow::residentMebibytes)),
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
        List<String> remarks = new ArrayList<>();
        last.etcd().more().forEach((key, value) -> {
            Object ours = last.ours().more().getOrDefault(key, "");
            remarks.add("%s %s / %s".formatted(key, plain(value), plain(ours)));
        });
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
        map.put("etcd", alternations.stream().map(a -> a.etcd().toMap()).toList());
        map.put("ours", alternations.stream().map(a -> a.ours().toMap()).toList());
        return map;
    }

    private double etcd(ToDoubleFunction<LoadResult> of) {
        return median(a -> of.applyAsDouble(a.etcd()));
    }

    private double ours(ToDoubleFunction<LoadResult> of) {
        return median(a -> of.applyAsDouble(a.ours()));
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
