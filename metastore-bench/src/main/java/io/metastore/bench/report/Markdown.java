package io.metastore.bench.report;

import java.util.List;

/** Pieces of markdown. */
final class Markdown {
    private Markdown() {}

    static String table(List<String> columns, List<List<String>> rows) {
        StringBuilder out = new StringBuilder();
        line(out, columns);
        line(out, columns.stream().map(column -> "---").toList());
        rows.forEach(row -> line(out, row));
        return out.toString();
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append('|');
        // A bar or a line break in an error's text would end the cell.
        cells.forEach(cell -> out.append(' ')
                .append(cell.replace("|", "\\|").replaceAll("\\s+", " "))
                .append(" |"));
        out.append('\n');
    }

    static String list(List<String> items) {
        StringBuilder out = new StringBuilder();
        items.forEach(item -> out.append("- ").append(item).append('\n'));
        return out.toString();
    }
}
