package io.metastore.bench.load;

import io.metastore.bench.measure.Latency;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What was seen between two moments of a load. Filled on the event loop, read when it is over. */
final class Window {
    private static final int MAX_ERROR_TEXTS = 20;

    final Histogram latency = Latency.newHistogram();
    long operations;
    long replyBytes;
    long errors;
    private final Map<String, Long> errorTexts = new LinkedHashMap<>();

    void error(String text) {
        errors++;
        if (errorTexts.size() < MAX_ERROR_TEXTS || errorTexts.containsKey(text)) {
            errorTexts.merge(text, 1L, Long::sum);
        }
    }

    Map<String, Long> errorTexts() {
        return errorTexts;
    }
}
