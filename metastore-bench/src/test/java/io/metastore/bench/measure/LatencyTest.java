package io.metastore.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class LatencyTest {
    @Test
    void percentilesAreInMicroseconds() {
        Histogram histogram = Latency.newHistogram();
        for (int i = 1; i <= 1_000; i++) {
            Latency.record(histogram, i * 1_000_000L);
        }
        Latency latency = Latency.of(histogram);
        assertThat(latency.count()).isEqualTo(1_000);
        assertThat(latency.p50Micros()).isCloseTo(500_000, within(1_000.0));
        assertThat(latency.p99Micros()).isCloseTo(990_000, within(2_000.0));
        assertThat(latency.p999Micros()).isCloseTo(999_000, within(2_000.0));
        assertThat(latency.maxMicros()).isCloseTo(1_000_000, within(2_000.0));
        assertThat(latency.meanMicros()).isCloseTo(500_500, within(1_000.0));
    }

    @Test
    void takesDurationsOfAnySize() {
        Histogram histogram = Latency.newHistogram();
        Latency.record(histogram, -5);
        Latency.record(histogram, Long.MAX_VALUE);
        assertThat(Latency.of(histogram).count()).isEqualTo(2);
    }

    @Test
    void measuresTheDiskAndLeavesNothing(@TempDir Path dir) throws Exception {
        Latency disk = DiskProbe.run(dir, 20);
        assertThat(disk.count()).isEqualTo(20);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void writesJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("text", "a \"b\" \\ \n");
        map.put("list", List.of(1, 2.5, true));
        map.put("none", null);
        map.put("odd", new ArrayList<>(Arrays.asList(Double.NaN, Map.of())));
        assertThat(Json.write(map)).isEqualTo("""
                {
                  "text": "a \\"b\\" \\\\ \\u000a",
                  "list": [1, 2.5000, true],
                  "none": null,
                  "odd": [null, {}]
                }
                """);
    }
}
