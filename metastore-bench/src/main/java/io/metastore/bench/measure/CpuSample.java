package io.metastore.bench.measure;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** CPU time used up to one moment: by the server and its threads, by this process, by all that runs on the machine. */
public record CpuSample(
        long atNanos, long serverNanos, long clientNanos, long machineNanos, Map<String, Long> serverThreads) {
    private static final long NANOS_PER_TICK = 10_000_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /**
     * What was used between two samples. Foreign: by neither client nor server, as a share of the whole machine. Threads of the
     * server that have one name but for a number count together.
     */
    public record Use(
            long nanos, long serverNanos, long clientNanos, double foreignShare, Map<String, Long> serverThreads) {}

    /** Without processes: the server is not on this machine, or nobody said where. */
    public static CpuSample take(List<Long> serverPids) {
        Map<String, Long> threads = new HashMap<>();
        for (long pid : serverPids) {
            ProcessUsage.threadNanos(pid).forEach((name, used) -> threads.merge(name, used, Long::sum));
        }
        return new CpuSample(
                System.nanoTime(),
                serverPids.stream().mapToLong(ProcessUsage::cpuNanos).sum(),
                ProcessUsage.cpuNanos(ProcessHandle.current().pid()),
                parseMachineNanos(ProcessUsage.read(Path.of("/proc/stat"))),
                threads);
    }

    public Use until(CpuSample later) {
        long nanos = later.atNanos - atNanos;
        long server = later.serverNanos - serverNanos;
        long client = later.clientNanos - clientNanos;
        long foreign = Math.max(0, later.machineNanos - machineNanos - server - client);
        Map<String, Long> threads = new TreeMap<>(later.serverThreads);
        // A thread that has ended leaves its name less than it had: nothing was used that we know of.
        threads.replaceAll((name, used) -> Math.max(0, used - serverThreads.getOrDefault(name, 0L)));
        return new Use(nanos, server, client, nanos == 0 ? 0 : (double) foreign / nanos / PROCESSORS, threads);
    }

    /** User, nice, system and stolen time. Interrupt time is left out: most of it is the load's own loopback traffic. */
    static long parseMachineNanos(String stat) {
        String[] fields = stat.lines().findFirst().orElseThrow().trim().split("\\s+", -1);
        long ticks = 0;
        for (int i : new int[] {1, 2, 3, 8}) {
            ticks += i < fields.length ? Long.parseLong(fields[i]) : 0;
        }
        return ticks * NANOS_PER_TICK;
    }
}
