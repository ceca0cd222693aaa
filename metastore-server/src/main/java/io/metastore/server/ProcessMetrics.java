package io.metastore.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.server.metrics.Metrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process and its JVM. Names that begin with {@code process_} are those of Prometheus' client for Go, values the kernel's. */
final class ProcessMetrics {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final int KIB = 1024;
    /** What Go's client says where there is no limit. */
    private static final double UNLIMITED = Math.pow(2, Long.SIZE);

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Path NETWORK = Path.of("/proc/self/net/netstat");

    private final Metrics metrics;

    ProcessMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void bind() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        metrics.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> runtime.getStartTime() / MILLIS_PER_SECOND);
        if (Files.isReadable(STATUS)) {
            kernel();
        }
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            metrics.gauge("process_open_fds", "Number of open file descriptors.", system::getOpenFileDescriptorCount);
            metrics.gauge(
                    "process_max_fds", "Maximum number of open file descriptors.", system::getMaxFileDescriptorCount);
            metrics.gauge("os_fd_used", "The number of used file descriptors.", system::getOpenFileDescriptorCount);
            metrics.gauge("os_fd_limit", "The file descriptor limit.", system::getMaxFileDescriptorCount);
            metrics.counter(
                    "process_cpu_seconds_total",
                    "Total user and system CPU time spent in seconds.",
                    () -> system.getProcessCpuTime() / NANOS_PER_SECOND);
        }
        jvm();
    }

    private void kernel() {
        metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () -> status("VmRSS:"));
        metrics.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> status("VmSize:"));
        if (Files.isReadable(LIMITS)) {
            metrics.gauge(
                    "process_virtual_memory_max_bytes",
                    "Maximum amount of virtual memory available in bytes.",
                    ProcessMetrics::mostVirtualMemory);
        }
        if (Files.isReadable(NETWORK)) {
            metrics.counter(
                    "process_network_receive_bytes_total",
                    "Number of bytes received by the process over the network.",
                    () -> network("InOctets"));
            metrics.counter(
                    "process_network_transmit_bytes_total",
                    "Number of bytes sent by the process over the network.",
                    () -> network("OutOctets"));
        }
    }

    private void jvm() {
        var memory = ManagementFactory.getMemoryMXBean();
        metrics.gauge("metastore_heap_used_bytes", "Bytes of the Java heap in use.", () -> memory.getHeapMemoryUsage()
                .getUsed());
        metrics.gauge(
                "metastore_heap_max_bytes", "Bytes that the Java heap may grow to.", () -> memory.getHeapMemoryUsage()
                        .getMax());
        ManagementFactory.getGarbageCollectorMXBeans().forEach(collector -> {
            metrics.counter(
                    "metastore_gc_collections_total",
                    "Collections of the Java heap.",
                    collector::getCollectionCount,
                    "collector",
                    collector.getName());
            metrics.counter(
                    "metastore_gc_milliseconds_total",
                    "Time spent collecting, in milliseconds.",
                    collector::getCollectionTime,
                    "collector",
                    collector.getName());
        });
    }

    private static double status(String field) {
        for (String line : lines(STATUS)) {
            if (line.startsWith(field)) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) * KIB;
            }
        }
        return Double.NaN;
    }

    private static double mostVirtualMemory() {
        for (String line : lines(LIMITS)) {
            if (line.startsWith("Max address space")) {
                String soft =
                        line.substring("Max address space".length()).trim().split("\\s+", 2)[0];
                return soft.equals("unlimited") ? UNLIMITED : Double.parseDouble(soft);
            }
        }
        return Double.NaN;
    }

    /** Of all processes that share this one's network, loopback included, as with Go's client. */
    private static double network(String field) {
        List<String> table = lines(NETWORK).stream()
                .filter(line -> line.startsWith("IpExt:"))
                .toList();
        if (table.size() == 2) {
            String[] names = table.get(0).split(" ", -1);
            String[] values = table.get(1).split(" ", -1);
            for (int i = 1; i < names.length && i < values.length; i++) {
                if (names[i].equals(field)) {
                    return Double.parseDouble(values[i]);
                }
            }
        }
        return Double.NaN;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException gone) {
            return List.of();
        }
    }
}
