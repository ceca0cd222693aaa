package io.metastore.bench.load;

import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.Latency;
import io.metastore.bench.measure.ProcessUsage;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What one window of a load showed. Latency is that of calls, in a watch that of events. */
public record LoadResult(
        String name,
        long operations,
        long replyBytes,
        long errors,
        Map<String, Long> errorTexts,
        Latency latency,
        CpuSample.Use cpu,
        ProcessUsage.Memory serverMemory,
        Map<String, Object> more) {

    /** In {@link #more} of puts beside something else: the longest time without one that succeeded, in ms. */
    public static final String LONGEST_SILENCE = "longest_silence_ms";

    private static final double LEAST_SHOWN_MICROS = 0.05;

    public LoadResult {
        errorTexts = Map.copyOf(errorTexts);
    }

    static LoadResult of(String name, Window window, CpuSample.Use cpu, ProcessUsage.Memory memory) {
        return new LoadResult(
                name,
                window.operations,
                window.replyBytes,
                window.errors,
                window.errorTexts(),
                Latency.of(window.latency),
                cpu,
                memory,
                Map.of());
    }

    public LoadResult with(Map<String, Object> details) {
        return new LoadResult(name, operations, replyBytes, errors, errorTexts, latency, cpu, serverMemory, details);
    }

    public double perSecond() {
        return perSecond(operations, cpu.nanos());
    }

    public double megabytesPerSecond() {
        return perSecond(replyBytes, cpu.nanos()) / 1e6;
    }

    public double serverMicrosPerOperation() {
        return microsPer(cpu.serverNanos(), operations);
    }

    public double clientMicrosPerOperation() {
        return microsPer(cpu.clientNanos(), operations);
    }

    /** By the names of the server's threads, most first; empty if it is not known which process the server is. */
    Map<String, Double> threadMicrosPerOperation() {
        Map<String, Double> micros = new LinkedHashMap<>();
        cpu.serverThreads().entrySet().stream()
                .filter(thread -> thread.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(thread -> micros.put(thread.getKey(), microsPer(thread.getValue(), operations)));
        return micros;
    }

    static double perSecond(long count, long nanos) {
        return nanos == 0 ? 0 : count * 1e9 / nanos;
    }

    static double microsPer(long nanos, long count) {
        return count == 0 ? 0 : nanos / 1e3 / count;
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("seconds", cpu.nanos() / 1e9);
        map.put("operations", operations);
        map.put("per_second", perSecond());
        map.put("reply_mb_per_second", megabytesPerSecond());
        map.put("p50_us", latency.p50Micros());
        map.put("p99_us", latency.p99Micros());
        map.put("p999_us", latency.p999Micros());
        map.put("max_us", latency.maxMicros());
        map.put("errors", errors);
        map.put("error_texts", errorTexts);
        map.put("server_cpu_us_per_op", serverMicrosPerOperation());
        map.put("server_cpu_us_per_op_by_thread", threadMicrosPerOperation());
        map.put("client_cpu_us_per_op", clientMicrosPerOperation());
        map.put("foreign_cpu_share", cpu.foreignShare());
        map.put("server_rss_bytes", serverMemory.residentBytes());
        map.put("server_rss_anonymous_bytes", serverMemory.anonymousBytes());
        map.put("server_rss_peak_bytes", serverMemory.peakBytes());
        map.putAll(more);
        return map;
    }

    /** A few lines for people. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%s: %.0f operations/s (%d in %.1f s), %.1f MB/s of replies",
                name,
                perSecond(),
                operations,
                cpu.nanos() / 1e9,
                megabytesPerSecond());
        line(
                text,
                "  latency us: p50 %.0f  p99 %.0f  p99.9 %.0f  max %.0f",
                latency.p50Micros(),
                latency.p99Micros(),
                latency.p999Micros(),
                latency.maxMicros());
        line(
                text,
                "  CPU us/operation: server %.1f  client %.2f;  foreign CPU %.1f %%",
                serverMicrosPerOperation(),
                clientMicrosPerOperation(),
                cpu.foreignShare() * 100);
        threadMicrosPerOperation().forEach((thread, micros) -> {
            if (micros >= LEAST_SHOWN_MICROS) {
                line(text, "    %-15s %.2f", thread, micros);
            }
        });
        line(
                text,
                "  server memory MiB: resident %.0f  anonymous %.0f  peak %.0f",
                mebibytes(serverMemory.residentBytes()),
                mebibytes(serverMemory.anonymousBytes()),
                mebibytes(serverMemory.peakBytes()));
        more.forEach((key, value) -> line(text, "  %s: %s", key, value));
        line(text, "  errors: %d", errors);
        errorTexts.forEach((message, count) -> line(text, "    %d x %s", count, message));
        return text.toString();
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }

    private static void line(StringBuilder text, String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }
}
