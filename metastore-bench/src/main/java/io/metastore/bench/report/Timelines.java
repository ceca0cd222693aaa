package io.metastore.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a row's last run went on. */
final class Timelines {
    private Timelines() {}

    /** One value for each interval; empty if there was no timeline. */
    static List<Double> values(Recording recording, String row, String contender, String name) {
        List<Map<String, Object>> runs = recording.runs(row, contender);
        List<Double> values = new ArrayList<>();
        if (!runs.isEmpty() && runs.get(runs.size() - 1).get("timeline") instanceof List<?> intervals) {
            for (Object interval : intervals) {
                if (Recording.asMap(interval).get(name) instanceof Number number) {
                    values.add(number.doubleValue());
                }
            }
        }
        return values;
    }
}
