package io.metastore.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is packaged runs: with its service files, native libraries and log configuration, in a JVM that JMH forks. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class BenchmarksJarIT {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    @Test
    void listsBenchmarks() throws Exception {
        assertThat(jar("-l").lines())
                .contains("io.metastore.bench.jmh.KvBenchmark.put", "io.metastore.bench.jmh.StoreBenchmark.mixed");
    }

    @Test
    void measuresAPutOverLoopbackWithItsAllocation() throws Exception {
        String output = jar(
                "KvBenchmark.put$",
                "-p",
                "engine=rocksdb",
                "-p",
                "transport=loopback",
                "-prof",
                "gc",
                "-f",
                "1",
                "-wi",
                "0",
                "-i",
                "1",
                "-r",
                "100ms",
                "-foe",
                "true");

        assertThat(output).contains("KvBenchmark.put:gc.alloc.rate.norm");
    }

    private String jar(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true",
                "-Dmetastore.bench.dir=" + directory,
                "-jar",
                "target/benchmarks.jar"));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process jmh = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = jmh.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output);
            assertThat(ended).as(said).isTrue();
            assertThat(jmh.exitValue()).as(said).isZero();
            return said;
        } finally {
            jmh.descendants().forEach(ProcessHandle::destroyForcibly);
            jmh.destroyForcibly();
        }
    }
}
