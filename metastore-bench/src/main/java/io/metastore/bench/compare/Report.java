package io.metastore.bench.compare;

import io.metastore.bench.arena.Arena;
import io.metastore.bench.measure.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a comparison found, as markdown and as JSON. */
final class Report {
    private final Map<String, Object> environment;
    private final List<WindowRow> windows = new ArrayList<>();
    private final List<MeasureRow> measures = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    Report(Map<String, Object> environment) {
        this.environment = environment;
    }

    void add(WindowRow row) {
        windows.add(row);
        Arena.progress(String.join(" | ", row.cells()));
    }

    void add(MeasureRow row) {
        measures.add(row);
        Arena.progress(String.join(" | ", row.cells()));
    }

    /** A row that could not be measured. */
    void fail(String id, RuntimeException why) {
        failures.add(id + ": " + why.getMessage());
        Arena.progress(id + " failed: " + why.getMessage());
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    String toMarkdown() {
        StringBuilder out = new StringBuilder();
        environment.forEach((key, value) ->
                out.append("- ").append(key).append(": ").append(value).append('\n'));
        if (!windows.isEmpty()) {
            out.append(
                    "\nRatios are the second to the first, median of the alternations. ~: others used the machine meanwhile.\n");
        }
        for (WindowRow.Names names :
                windows.stream().map(WindowRow::names).distinct().toList()) {
            out.append('\n');
            table(
                    out,
                    WindowRow.columns(names),
                    windows.stream()
                            .filter(row -> row.names().equals(names))
                            .map(WindowRow::cells)
                            .toList());
        }
        if (!measures.isEmpty()) {
            out.append('\n');
            table(
                    out,
                    MeasureRow.COLUMNS,
                    measures.stream().map(MeasureRow::cells).toList());
        }
        if (!failures.isEmpty()) {
            out.append("\nNot measured:\n\n");
            failures.forEach(failure -> out.append("- ").append(failure).append('\n'));
        }
        return out.toString();
    }

    void writeJson(Path file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        all.put("windows", windows.stream().map(WindowRow::toMap).toList());
        all.put("measures", measures.stream().map(MeasureRow::toMap).toList());
        all.put("failures", failures);
        Files.writeString(file, Json.write(all));
    }

    private static void table(StringBuilder out, List<String> columns, List<List<String>> rows) {
        line(out, columns);
        line(out, columns.stream().map(column -> "---").toList());
        rows.forEach(row -> line(out, row));
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
