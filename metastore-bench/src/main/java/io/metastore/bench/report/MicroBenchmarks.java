package io.metastore.bench.report;

import io.metastore.bench.measure.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs JMH's single operations against a member in JMH's own process, for what only it can tell: bytes allocated. */
final class MicroBenchmarks {
    static final Path JAR = Path.of("target", "benchmarks.jar");

    private static final String KEY = "jmh";
    private static final long LIMIT_MINUTES = 20;
    /** By row of the report: the benchmark that does the same. */
    private static final Map<String, String> BENCHMARKS = Map.of(
            "put", "KvBenchmark.put",
            "get", "KvBenchmark.get",
            "delete", "KvBenchmark.delete",
            "range", "KvBenchmark.range",
            "txn", "KvBenchmark.txn",
            "lease", "LeaseBenchmark.cycle",
            "watch", "WatchBenchmark.event");

    private MicroBenchmarks() {}

    static List<String> arguments(Profile profile, Path result) {
        String seconds = String.format(Locale.ROOT, "%ss", Math.max(1, Math.round(profile.jmhSeconds())));
        return List.of(
                "(" + String.join("|", BENCHMARKS.values().stream().sorted().toList()) + ")$",
                "-f",
                Integer.toString(profile.forks()),
                "-wi",
                "2",
                "-w",
                seconds,
                "-i",
                "3",
                "-r",
                seconds,
                "-p",
                "engine=rocksdb",
                "-p",
                "transport=loopback",
                "-prof",
                "gc",
                "-rf",
                "json",
                "-rff",
                result.toString());
    }

    /** Records its results, or why there are none. */
    static void run(Profile profile, Path dir, Recording recording) {
        Optional<Path> jar = jar();
        if (profile.forks() == 0 || jar.isEmpty()) {
            recording.put(
                    KEY + "-why",
                    profile.forks() == 0 ? "JMH is not part of this profile" : "benchmarks.jar has not been built");
            return;
        }
        Path result = dir.resolve("jmh.json");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true",
                "-Dmetastore.bench.dir=" + dir,
                "-jar",
                jar.get().toString()));
        command.addAll(arguments(profile, result));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(dir.resolve("jmh.log").toFile())
                    .start();
            try {
                if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                    recording.put(KEY + "-why", "JMH did not end well");
                    return;
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            Map<String, Object> results = Json.readObject("{\"results\":" + Files.readString(result) + "}");
            if (results.get("results") instanceof List<?> list) {
                // Paths of the machine are nobody's business.
                list.forEach(benchmark -> Recording.asMap(benchmark).keySet().removeAll(List.of("jvm", "jvmArgs")));
            }
            recording.put(KEY, results);
        } catch (IOException e) {
            recording.put(KEY + "-why", "JMH could not be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Optional<Path> jar() {
        return List.of(JAR, Path.of("metastore-bench").resolve(JAR)).stream()
                .filter(Files::isReadable)
                .findFirst();
    }

    /** Bytes that client and server allocate for one operation, in one process. */
    static Optional<Double> bytesPerOperation(Recording recording, String row) {
        return result(recording, row)
                .map(result -> Recording.asMap(result.getOrDefault("secondaryMetrics", Map.of())))
                .map(metrics -> Recording.asMap(metrics.getOrDefault("gc.alloc.rate.norm", Map.of())))
                .flatMap(metric -> metric.get("score") instanceof Number score
                        ? Optional.of(score.doubleValue())
                        : Optional.empty());
    }

    /** Mean time of an operation, in microseconds. */
    static Optional<Double> meanMicros(Recording recording, String row) {
        return result(recording, row)
                .map(result -> Recording.asMap(result.getOrDefault("primaryMetric", Map.of())))
                .flatMap(metric -> metric.get("score") instanceof Number score
                        ? Optional.of(score.doubleValue())
                        : Optional.empty());
    }

    static String whyNot(Recording recording) {
        return recording.object(KEY + "-why").map(Object::toString).orElse("JMH was not run");
    }

    private static Optional<Map<String, Object>> result(Recording recording, String row) {
        Object results = Recording.asMap(recording.object(KEY).orElse(Map.of())).get("results");
        if (results instanceof List<?> list) {
            for (Object result : list) {
                Map<String, Object> map = Recording.asMap(result);
                String name = String.valueOf(map.get("benchmark"));
                if (BENCHMARKS.containsKey(row) && name.endsWith("." + BENCHMARKS.get(row))) {
                    return Optional.of(map);
                }
            }
        }
        return Optional.empty();
    }
}
