package io.metastore.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.concurrent.TimeUnit;

/**
 * What {@code /debug/vars} says: the variables of etcd's (Go: expvar) that a JVM has as well, by the same names. The command
 * line is left out: where this server is embedded it is that of somebody else's program.
 */
final class DebugVars {
    private DebugVars() {}

    /** An object of JSON: sizes in bytes, times in nanoseconds, counts since the start. */
    static String json() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long collections = 0;
        long pausedMillis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            // -1 where a collector does not count.
            collections += Math.max(0, collector.getCollectionCount());
            pausedMillis += Math.max(0, collector.getCollectionTime());
        }
        String memory = """
                "memstats": {"HeapAlloc":%d,"HeapSys":%d,"NumGC":%d,"PauseTotalNs":%d}""".formatted(
                        heap.getUsed(), heap.getCommitted(), collections, TimeUnit.MILLISECONDS.toNanos(pausedMillis));
        return "{\n" + fileDescriptorLimit() + memory + "\n}\n";
    }

    private static String fileDescriptorLimit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? "\"file_descriptor_limit\": " + unix.getMaxFileDescriptorCount() + ",\n"
                : "";
    }
}
