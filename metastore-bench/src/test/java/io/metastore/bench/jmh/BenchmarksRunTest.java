package io.metastore.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs each benchmark for a moment, in this JVM, so that none rots. What it measures so means nothing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BenchmarksRunTest {

    @BeforeAll
    static void besideOtherBuilds() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    static Stream<String> benchmarks() {
        return BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
                .stream()
                .map(BenchmarkListEntry::getUsername);
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void eachBenchmarkRuns(String name) throws RunnerException {
        run(options(name)
                .param("engine", "rocksdb")
                .param("transport", "loopback")
                .param("connections", "2")
                .param("valueBytes", "1048576")
                .param("content", "random"));
    }

    @ParameterizedTest
    @CsvSource({"io.metastore.bench.jmh.KvBenchmark.mixed", "io.metastore.bench.jmh.StoreBenchmark.mixed"})
    void theOtherEngineAndTransportServeToo(String name) throws RunnerException {
        run(options(name).param("engine", "memory").param("transport", "inprocess"));
    }

    private static ChainedOptionsBuilder options(String name) {
        return new OptionsBuilder()
                .include("^" + Pattern.quote(name) + "$")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(20))
                .timeout(TimeValue.seconds(30))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
    }

    private static void run(ChainedOptionsBuilder options) throws RunnerException {
        Collection<RunResult> results = new Runner(options.build()).run();

        assertThat(results).hasSize(1);
    }
}
