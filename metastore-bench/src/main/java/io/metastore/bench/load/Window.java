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

    private long lastAnswerNanos = System.nanoTime();
    private long longestSilenceNanos;

    void answeredAt(long nanos) {
        longestSilenceNanos = Math.max(longestSilenceNanos, nanos - lastAnswerNanos);
        lastAnswerNanos = nanos;
    }

    /** The longest time between two calls that succeeded; before the first one, since the window began. */
    long longestSilenceNanos() {
        return longestSilenceNanos;
    }

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
