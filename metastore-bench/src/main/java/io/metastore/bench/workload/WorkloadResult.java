package io.metastore.bench.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a workload showed.
 *
 * @param rows the first is what is compared with the published figure
 * @param details more numbers, by name
 * @param timeline how the load went on, if that was recorded
 * @param failures what makes it fail beside too many errors
 */
record WorkloadResult(
        String id,
        String title,
        List<Row> rows,
        Map<String, Object> details,
        List<Map<String, Object>> timeline,
        Errors errors,
        double allowedErrorPercent,
        List<String> failures,
        Published published) {

    WorkloadResult {
        rows = List.copyOf(rows);
        timeline = List.copyOf(timeline);
        failures = List.copyOf(failures);
    }

    WorkloadResult with(Map<String, Object> moreDetails) {
        Map<String, Object> all = new LinkedHashMap<>(details);
        all.putAll(moreDetails);
        return new WorkloadResult(id, title, rows, all, timeline, errors, allowedErrorPercent, failures, published);
    }

    /** Why it failed; empty if it did not. */
    List<String> verdict() {
        List<String> reasons = new ArrayList<>(failures);
        long done =
                rows.stream().limit(1).mapToLong(row -> row.latency().count()).sum();
        double percent = errors.total() == 0 ? 0 : 100.0 * errors.total() / (done + errors.total());
        if (percent > allowedErrorPercent) {
            reasons.add("%d errors, more than %s %% of the operations".formatted(errors.total(), allowedErrorPercent));
        }
        return reasons;
    }

    String toText() {
        StringBuilder text = new StringBuilder();
        text.append(id).append(' ').append(title).append('\n').append(Row.header());
        rows.forEach(row -> text.append(row.toText()));
        details.forEach((name, value) ->
                text.append("  ").append(name).append(": ").append(value).append('\n'));
        text.append("  errors: %d %s, allowed %s %%\n".formatted(errors.total(), errors.byCode(), allowedErrorPercent));
        errors.byText().forEach((message, count) -> text.append("    %d x %s\n".formatted(count, message)));
        text.append(published.toText(rows.get(0).perSecond()));
        verdict().forEach(reason -> text.append("  FAILED: ").append(reason).append('\n'));
        return text.toString();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("title", title);
        map.put("rows", rows.stream().map(Row::toMap).toList());
        map.put("details", details);
        map.put("timeline", timeline);
        map.put("errors", errors.total());
        map.put("errors_by_code", errors.byCode());
        map.put("error_texts", errors.byText());
        map.put("allowed_error_percent", allowedErrorPercent);
        map.put("failures", verdict());
        map.put("published", published.toMap());
        return map;
    }
}
