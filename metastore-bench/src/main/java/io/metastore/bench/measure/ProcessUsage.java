package io.metastore.bench.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** CPU time, of the whole and of its threads, and resident memory of one process. */
public final class ProcessUsage {
    /** The kernel reports CPU time to programs in hundredths of a second, whatever its own clock is. */
    private static final long NANOS_PER_TICK = 10_000_000;

    /** Resident memory now, the part of it that is not file pages, and the most there ever was. */
    public record Memory(long residentBytes, long anonymousBytes, long peakBytes) {
        public static final Memory UNKNOWN = new Memory(0, 0, 0);

        public Memory plus(Memory other) {
            return new Memory(
                    residentBytes + other.residentBytes,
                    anonymousBytes + other.anonymousBytes,
                    peakBytes + other.peakBytes);
        }
    }

    private ProcessUsage() {}

    /** User and system time of all threads that the process has or had. */
    public static long cpuNanos(long pid) {
        return parseCpuNanos(read(Path.of("/proc", Long.toString(pid), "stat")));
    }

    /** As {@link #cpuNanos}, of the threads that there are now, by their names without numbers at the end. */
    static Map<String, Long> threadNanos(long pid) {
        Map<String, Long> threads = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks) {
                try {
                    String stat = Files.readString(task.resolve("stat"));
                    threads.merge(parseRole(stat), parseCpuNanos(stat), Long::sum);
                } catch (IOException gone) {
                    // The thread has ended since the directory was read.
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the threads of process " + pid + ": is it gone?", e);
        }
        return threads;
    }

    public static Memory memory(long pid) {
        return parseMemory(read(Path.of("/proc", Long.toString(pid), "status")));
    }

    static long parseCpuNanos(String stat) {
        // The name in parentheses may itself hold blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
    }

    /** The kernel keeps the first 15 characters of a name. */
    static String parseRole(String stat) {
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        String role = name.replaceFirst("[-#\\d ]+$", "");
        return role.isEmpty() ? name : role;
    }

    static Memory parseMemory(String status) {
        long resident = 0;
        long anonymous = 0;
        long peak = 0;
        for (String line : status.lines().toList()) {
            if (line.startsWith("VmRSS:")) {
                resident = kilobytes(line);
            } else if (line.startsWith("RssAnon:")) {
                anonymous = kilobytes(line);
            } else if (line.startsWith("VmHWM:")) {
                peak = kilobytes(line);
            }
        }
        return new Memory(resident, anonymous, peak);
    }

    private static long kilobytes(String line) {
        String[] words = line.split("\\s+", -1);
        return Long.parseLong(words[1]) * 1024;
    }

    static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + path + ": is the process gone?", e);
        }
    }
}
