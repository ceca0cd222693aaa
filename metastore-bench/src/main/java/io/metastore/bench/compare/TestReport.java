package io.metastore.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What passed and what failed, in the form in which builds report their tests. */
final class TestReport {
    private final String suite;
    /** By case: why it failed, empty if it passed. */
    private final Map<String, String> cases = new LinkedHashMap<>();

    TestReport(String suite) {
        this.suite = suite;
    }

    /** No failure: it passed. */
    void add(String name, @Nullable String failure) {
        cases.put(name, failure == null ? "" : failure);
    }

    long failed() {
        return cases.values().stream().filter(failure -> !failure.isEmpty()).count();
    }

    String summary() {
        return "%s: %d passed, %d failed".formatted(suite, cases.size() - failed(), failed());
    }

    void write(Path file) throws IOException {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuite name=\"%s\" tests=\"%d\" errors=\"0\" skipped=\"0\" failures=\"%d\">\n"
                .formatted(escape(suite), cases.size(), failed()));
        cases.forEach((name, failure) -> {
            xml.append("  <testcase classname=\"%s\" name=\"%s\"".formatted(escape(suite), escape(name)));
            xml.append(failure.isEmpty() ? "/>\n" : "><failure>" + escape(failure) + "</failure></testcase>\n");
        });
        xml.append("</testsuite>\n");
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, xml);
    }

    /** Without the control characters that XML cannot hold. */
    private static String escape(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
