package io.metastore.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a report goes: {@code NAME.md}, {@code NAME.html}, and a directory {@code performance-report} with charts and figures. */
record ReportFiles(Path markdown) {
    static final String DIRECTORY = "performance-report";

    Path html() {
        String name = markdown.getFileName().toString();
        return markdown.resolveSibling(name.substring(0, name.length() - ".md".length()) + ".html");
    }

    private Path directory() {
        return markdown.resolveSibling(DIRECTORY);
    }

    Path figures() {
        return directory().resolve("figures.json");
    }

    /** New: the figures were measured now, and are kept too. */
    void write(Recording recording, boolean isNew) throws IOException {
        Files.createDirectories(directory());
        if (isNew) {
            // First: were anything wrong with the writing, the measuring would not be lost.
            Files.writeString(figures(), recording.toJson());
        }
        Map<String, byte[]> charts = new LinkedHashMap<>();
        for (String name : Charts.ALL) {
            if (Charts.has(recording, name)) {
                byte[] png = Charts.png(recording, name);
                charts.put(DIRECTORY + "/" + name + ".png", png);
                Files.write(directory().resolve(name + ".png"), png);
            } else {
                // One of an earlier report would be taken for one of this.
                Files.deleteIfExists(directory().resolve(name + ".png"));
            }
        }
        String text = MarkdownReport.of(recording);
        Files.writeString(markdown, text);
        Files.writeString(html(), HtmlPage.of(text, charts));
    }
}
