package io.metastore.bench.workload;

import java.util.Map;
import java.util.TreeMap;

/** What went wrong, by code and by text. Filled on the event loop, read when it is over. */
final class Errors {
    private static final int MAX_TEXTS = 20;

    private final Map<String, Long> byCode = new TreeMap<>();
    private final Map<String, Long> byText = new TreeMap<>();
    private long total;

    void add(String code, String text) {
        total++;
        byCode.merge(code, 1L, Long::sum);
        String line = code + ": " + text;
        if (byText.size() < MAX_TEXTS || byText.containsKey(line)) {
            byText.merge(line, 1L, Long::sum);
        }
    }

    void addAll(Errors more) {
        total += more.total;
        more.byCode.forEach((code, count) -> byCode.merge(code, count, Long::sum));
        more.byText.forEach((text, count) -> byText.merge(text, count, Long::sum));
    }

    long total() {
        return total;
    }

    Map<String, Long> byCode() {
        return byCode;
    }

    /** The first few different texts. */
    Map<String, Long> byText() {
        return byText;
    }
}
