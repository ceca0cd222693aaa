package io.metastore.bench.arena;

import io.metastore.bench.measure.DiskProbe;
import io.metastore.bench.measure.Latency;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The machine, its disk and the servers: the head of a report. */
public final class Environment {
    private Environment() {}

    /** Starts each contender once, to look at it. */
    public static Map<String, Object> describe(Arena arena) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put(
                "machine",
                "%d CPUs (%s), %s memory, %s %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                firstValue("/proc/cpuinfo", "model name"),
                                firstValue("/proc/meminfo", "MemTotal"),
                                System.getProperty("os.name"),
                                System.getProperty("os.version")));
        Latency disk = DiskProbe.run(arena.dir(), 2_000);
        facts.put(
                "disk",
                String.format(
                        Locale.ROOT,
                        "%s, 4 KiB write + fdatasync p50 %.0f us, p99 %.0f us",
                        Files.getFileStore(arena.dir()).type(),
                        disk.p50Micros(),
                        disk.p99Micros()));
        for (Contender contender : arena.contenders()) {
            facts.put(contender.name(), contender.version());
            ServerProcess server = arena.startFresh(contender);
            facts.put(contender.name() + " command", command(server));
            facts.put(contender.name() + " runtime", runtime(server.pid()));
            arena.stop(server);
        }
        return facts;
    }

    /** The JDK and the memory settings of a server that is a JVM. */
    private static String runtime(long pid) throws IOException {
        Path executable = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "exe"));
        Path release = executable.resolveSibling("../release").normalize();
        if (!executable.endsWith("java") || !Files.exists(release)) {
            return "native";
        }
        List<String> words = new ArrayList<>();
        words.add("Java " + firstValue(release.toString(), "JAVA_VERSION"));
        for (String argument : arguments(pid)) {
            if (argument.startsWith("-X")) {
                words.add(argument);
            }
        }
        return String.join(" ", words);
    }

    private static String command(ServerProcess server) {
        return server.contender().binary().getFileName() + " "
                + String.join(" ", server.contender().extraArguments());
    }

    private static List<String> arguments(long pid) throws IOException {
        byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
        return List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1));
    }

    private static String firstValue(String file, String key) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(key)) {
                return line.substring(key.length()).replaceAll("^[\\s:=]+", "").replace("\"", "");
            }
        }
        return "unknown";
    }
}
