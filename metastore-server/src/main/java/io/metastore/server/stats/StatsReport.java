package io.metastore.server.stats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Facts and tables, as an object of JSON or as lines to read. Numbers, booleans and texts are what they hold. */
final class StatsReport {
    private record Table(String name, List<String> columns, List<List<Object>> rows) {}

    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final List<Table> tables = new ArrayList<>();

    StatsReport fact(String name, Object value) {
        facts.put(name, value);
        return this;
    }

    StatsReport table(String name, List<String> columns, List<List<Object>> rows) {
        tables.add(new Table(name, columns, rows));
        return this;
    }

    String json() {
        List<String> members = new ArrayList<>();
        facts.forEach((name, value) -> members.add(quote(name) + ":" + value(value)));
        for (Table table : tables) {
            members.add(quote(table.name()) + ":["
                    + table.rows().stream()
                            .map(row -> object(table.columns(), row))
                            .collect(Collectors.joining(",")) + "]");
        }
        return "{" + String.join(",", members) + "}\n";
    }

    private static String object(List<String> columns, List<Object> row) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> quote(columns.get(i)) + ":" + value(row.get(i)))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String value(Object value) {
        return value instanceof Number || value instanceof Boolean ? value.toString() : quote(value.toString());
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** Facts line by line, then the tables in columns, numbers to the right. */
    String text() {
        StringBuilder text = new StringBuilder();
        facts.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        for (Table table : tables) {
            text.append('\n').append(table.name()).append('\n');
            List<List<Object>> lines = new ArrayList<>();
            lines.add(List.copyOf(table.columns()));
            lines.addAll(table.rows());
            int[] widths = IntStream.range(0, table.columns().size())
                    .map(column -> lines.stream()
                            .mapToInt(line -> line.get(column).toString().length())
                            .max()
                            .orElse(0))
                    .toArray();
            lines.forEach(line -> appendLine(text, line, widths, table.rows()));
        }
        return text.toString();
    }

    private static void appendLine(StringBuilder text, List<Object> line, int[] widths, List<List<Object>> rows) {
        StringBuilder padded = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            boolean number = !rows.isEmpty() && rows.get(0).get(column) instanceof Number;
            padded.append(
                    ("  %" + (number ? "" : "-") + Math.max(1, widths[column]) + "s").formatted(line.get(column)));
        }
        text.append(padded.toString().stripTrailing()).append('\n');
    }
}
