package io.metastore.bench.compare;

import io.metastore.bench.arena.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of the table of single numbers: a time, a size, a share. The goal is for ours. */
record MeasureRow(
        String id,
        String what,
        Spread etcd,
        Spread ours,
        @Nullable Goal goal) {

    static final List<String> COLUMNS = List.of("row", "measure", "etcd (min..max)", "ours (min..max)", "goal", "met");

    boolean met() {
        return goal == null || goal.met(ours.median());
    }

    List<String> cells() {
        return List.of(
                id,
                what,
                text(etcd),
                text(ours),
                goal == null ? "" : goal.toString(),
                goal == null ? "" : met() ? "yes" : "no");
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("measure", what);
        map.put("etcd", etcd.median());
        map.put("etcd_min", etcd.least());
        map.put("etcd_max", etcd.most());
        map.put("ours", ours.median());
        map.put("ours_min", ours.least());
        map.put("ours_max", ours.most());
        map.put("goal", String.valueOf(goal));
        map.put("met", met());
        return map;
    }

    private static String text(Spread spread) {
        return spread.least() == spread.most()
                ? String.format(Locale.ROOT, "%.2f", spread.median())
                : spread.toString();
    }
}
