package io.metastore.bench.arena;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pauses of a server for its garbage collector, out of what it printed: a JVM with {@code -Xlog:gc}, or a Go program with
 * {@code GODEBUG=gctrace=1}, whose first and third time stop the world.
 */
public record GcLog(long pauses, double totalMillis, double longestMillis) {
    private static final Pattern JAVA = Pattern.compile("GC\\(\\d+\\) Pause .* (\\d+\\.\\d+)ms$");
    private static final Pattern GO =
            Pattern.compile("^gc \\d+ @[0-9.]+s \\d+%: ([0-9.]+)\\+[0-9.]+\\+([0-9.]+) ms clock");

    public static GcLog read(Path serverLog) {
        try {
            return parse(Files.readString(serverLog, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came after an earlier look; the longest is of all. */
    public GcLog since(GcLog earlier) {
        return new GcLog(pauses - earlier.pauses, totalMillis - earlier.totalMillis, longestMillis);
    }

    static GcLog parse(String log) {
        long pauses = 0;
        double total = 0;
        double longest = 0;
        for (String line : log.lines().toList()) {
            double[] stops = stops(line);
            pauses += stops.length == 0 ? 0 : 1;
            for (double millis : stops) {
                total += millis;
                longest = Math.max(longest, millis);
            }
        }
        return new GcLog(pauses, total, longest);
    }

    private static double[] stops(String line) {
        Matcher java = JAVA.matcher(line);
        if (java.find()) {
            return new double[] {Double.parseDouble(java.group(1))};
        }
        Matcher go = GO.matcher(line);
        return go.find()
                ? new double[] {Double.parseDouble(go.group(1)), Double.parseDouble(go.group(2))}
                : new double[0];
    }
}
