package io.metastore.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProcessUsageTest {
    @Test
    void readsCpuTimeBehindAnOddName() {
        String stat = "42 (a) (b 1) S 1 42 42 0 -1 4194560 100 0 0 0 123 45 6 7 20 0 9 0 100 1000 200";
        assertThat(ProcessUsage.parseCpuNanos(stat)).isEqualTo((123 + 45) * 10_000_000L);
    }

    @Test
    void readsMemory() {
        String status = "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nRssAnon:\t   512 kB\nRssFile:\t   512 kB\n";
        assertThat(ProcessUsage.parseMemory(status)).isEqualTo(new ProcessUsage.Memory(1 << 20, 1 << 19, 1 << 21));
    }

    @Test
    void knowsThisProcess() {
        long pid = ProcessHandle.current().pid();
        assertThat(ProcessUsage.memory(pid).residentBytes()).isPositive();
        assertThat(ProcessUsage.cpuNanos(pid)).isPositive();
    }

    @Test
    void whatNeitherSideUsedIsForeign() {
        int cpus = Runtime.getRuntime().availableProcessors();
        CpuSample before = new CpuSample(0, 0, 0, 0, Map.of());
        CpuSample after = new CpuSample(1_000, 300, 200, 500 + 100L * cpus, Map.of());
        assertThat(before.until(after)).isEqualTo(new CpuSample.Use(1_000, 300, 200, 0.1, Map.of()));
    }

    @Test
    void threadsThatCameOrWentCountWhatIsKnown() {
        CpuSample before = new CpuSample(0, 0, 0, 0, Map.of("apply", 5L, "read", 7L, "gone", 3L));
        CpuSample after = new CpuSample(1, 0, 0, 0, Map.of("apply", 9L, "read", 4L, "new", 2L));
        assertThat(before.until(after).serverThreads()).isEqualTo(Map.of("apply", 4L, "read", 0L, "new", 2L));
    }

    @Test
    void threadsAreKnownByTheirNamesWithoutNumbers() {
        assertThat(ProcessUsage.parseRole("7 (metastore-m-grpc-io-1-2) S 1")).isEqualTo("metastore-m-grpc-io");
        assertThat(ProcessUsage.parseRole("7 (GC Thread#0) S 1")).isEqualTo("GC Thread");
        assertThat(ProcessUsage.parseRole("7 (odd) (name) S 1")).isEqualTo("odd) (name");
        assertThat(ProcessUsage.parseRole("7 (42) S 1")).isEqualTo("42");
    }

    @Test
    void threadsOfAProcessTogetherUseNoMoreThanItUses() {
        long pid = ProcessHandle.current().pid();
        Map<String, Long> threads = ProcessUsage.threadNanos(pid);
        // Each figure is rounded by itself.
        long roundedUp = 10_000_000L * Thread.getAllStackTraces().size() + 100_000_000L;
        assertThat(threads).isNotEmpty();
        assertThat(threads.values().stream().mapToLong(Long::longValue).sum())
                .isPositive()
                .isLessThanOrEqualTo(ProcessUsage.cpuNanos(pid) + roundedUp);
    }

    @Test
    void interruptsAreNotForeign() {
        assertThat(CpuSample.parseMachineNanos("cpu  1 2 4 800 160 320 640 8 0 0\ncpu0 9 9 9\n"))
                .isEqualTo((1 + 2 + 4 + 8) * 10_000_000L);
    }
}
