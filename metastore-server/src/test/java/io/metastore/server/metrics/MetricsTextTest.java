package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class MetricsTextTest {
    private final Metrics metrics = new Metrics();

    /** As Go's strconv.FormatFloat(value, 'g', -1, 64) writes them. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-3, -3",
        "0.001, 0.001",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "0.00000263, 2.63e-06",
        "102.4, 102.4",
        "999999, 999999",
        "1000000, 1e+06",
        "1048576, 1.048576e+06",
        "-1234567.5, -1.2345675e+06",
        "1795497228, 1.795497228e+09",
        "18446744073709551616, 1.8446744073709552e+19",
        "1e100, 1e+100",
        "NaN, NaN",
        "Infinity, +Inf",
        "-Infinity, -Inf",
    })
    void numbersAreWrittenAsGoWritesThem(double value, String text) {
        assertThat(GoNumber.text(value)).isEqualTo(text);
    }

    @Test
    void familiesAndLabelsAreInOrderAndEscaped() {
        metrics.counter("z_total", "The last.", () -> 3);
        metrics.gauge("a", "With \\ and \n.", () -> 0.5, "to", "x\"y", "from", "back\\slash\n");
        metrics.gauges("m", "Comes and goes.", () -> Map.of(Tags.of("k", "2"), 2, Tags.of("k", "1"), 1));
        metrics.gauges("never", "Not there.", Map::of);

        assertThat(metrics.text()).isEqualTo("""
                # HELP a With \\\\ and \\n.
                # TYPE a gauge
                a{from="back\\\\slash\\n",to="x\\"y"} 0.5
                # HELP m Comes and goes.
                # TYPE m gauge
                m{k="1"} 1
                m{k="2"} 2
                # HELP z_total The last.
                # TYPE z_total counter
                z_total 3
                """);
    }

    @Test
    void aBucketHoldsAllUpToItsBound() {
        Histograms times = metrics.histograms("t_seconds", "Times.", Buckets.seconds(0.001, 2));
        Histogram one = times.of("op", "x");
        one.accept(TimeUnit.MILLISECONDS.toNanos(1));
        one.accept(TimeUnit.MILLISECONDS.toNanos(1) + 1);
        one.accept(TimeUnit.SECONDS.toNanos(1), 2);

        assertThat(times.of("op", "x")).isSameAs(one);
        assertThat(metrics.text()).isEqualTo("""
                # HELP t_seconds Times.
                # TYPE t_seconds histogram
                t_seconds_bucket{op="x",le="0.001"} 1
                t_seconds_bucket{op="x",le="0.002"} 2
                t_seconds_bucket{op="x",le="+Inf"} 4
                t_seconds_sum{op="x"} 2.002000001
                t_seconds_count{op="x"} 4
                """);
    }

    @Test
    void namesAreWrittenAsTheyAre() {
        metrics.counter("old", "A counter from before they had to end so.", () -> 1);
        metrics.gauge("g_total", "No counter.", () -> 2);
        metrics.histogram("h_total", "A histogram.", new Buckets(List.of(1.0), 1));

        assertThat(metrics.text()).isEqualTo("""
                # HELP g_total No counter.
                # TYPE g_total gauge
                g_total 2
                # HELP h_total A histogram.
                # TYPE h_total histogram
                h_total_bucket{le="1"} 0
                h_total_bucket{le="+Inf"} 0
                h_total_sum 0
                h_total_count 0
                # HELP old A counter from before they had to end so.
                # TYPE old counter
                old 1
                """);
    }

    @Test
    void gaugesGoAndCountersStay() {
        Map<Tags, Integer> now = new HashMap<>(Map.of(Tags.of("k", "1"), 1, Tags.of("k", "2"), 2));
        metrics.gauges("g", "Gauges.", () -> now);
        metrics.counters("c", "Counters.", () -> now);
        Scrape before = Scrape.parse(metrics.text());
        now.remove(Tags.of("k", "1"));
        now.put(Tags.of("k", "2"), 3);

        assertThat(before.samples())
                .isEqualTo(Map.of("g{k=\"1\"}", 1.0, "g{k=\"2\"}", 2.0, "c{k=\"1\"}", 1.0, "c{k=\"2\"}", 2.0));
        assertThat(Scrape.parse(metrics.text()).samples())
                .isEqualTo(Map.of("g{k=\"2\"}", 3.0, "c{k=\"1\"}", 1.0, "c{k=\"2\"}", 3.0));
    }

    @Test
    void aNameHasOneType() {
        metrics.gauge("a", "A.", () -> 1, "k", "v");

        assertThatThrownBy(() -> metrics.counter("a", "A.", () -> 1)).hasMessageContaining("same type");
    }

    @Test
    void versionsOfClientsAreCountedUpToABound() {
        ClientVersions versions = new ClientVersions(metrics);
        versions.unknown().count(true);
        for (String said : List.of("3.7", "3.7", "3.6")) {
            versions.of(said.getBytes(java.nio.charset.StandardCharsets.UTF_8)).count(false);
        }
        for (int i = 0; i < 1000; i++) {
            versions.of(Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .count(false);
        }

        Scrape scrape = Scrape.parse(metrics.text());
        assertThat(scrape.value("etcd_server_client_requests_total{client_api_version=\"3.7\",type=\"unary\"}"))
                .isEqualTo(2);
        assertThat(scrape.value("etcd_server_client_requests_total{client_api_version=\"unknown\",type=\"stream\"}"))
                .isEqualTo(1);
        assertThat(scrape.samples()).hasSizeLessThan(110);
        assertThat(scrape.samples().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isEqualTo(1004);
    }
}
