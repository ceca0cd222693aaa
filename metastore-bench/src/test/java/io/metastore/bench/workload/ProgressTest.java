package io.metastore.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProgressTest {
    private final StringWriter shown = new StringWriter();
    private long nowNanos = 77;

    private Progress progress(boolean terminal) {
        return new Progress(new PrintWriter(shown), terminal, () -> nowNanos);
    }

    private void pass(double seconds) {
        nowNanos += (long) (seconds * 1e9);
    }

    @Test
    void elsewhereThanOnATerminalALineNowAndThen() {
        Progress progress = progress(false);
        progress.begin("W1", 1000, Duration.ofMinutes(10));
        pass(4.9);
        progress.update(300);
        pass(0.1);
        progress.update(400);
        pass(1);
        progress.update(500);
        pass(4);
        progress.end(1000);

        assertThat(shown.toString().lines())
                .containsExactly("W1:  40 %  80/s now  ETA 8 s", "W1: 1000 operations in 10.0 s, 100/s");
    }

    @Test
    void onATerminalABarThatOverwritesItself() {
        Progress progress = progress(true);
        progress.begin("W1", 1000, Duration.ofMinutes(10));
        pass(1);
        progress.update(0);
        pass(1);
        progress.update(500);
        progress.end(500);

        assertThat(shown.toString().split("\r"))
                .satisfiesExactly(
                        nothing -> assertThat(nothing).isEmpty(),
                        bar -> assertThat(bar).isEqualTo("W1: [" + ".".repeat(30) + "]   0 %  0/s now  ETA ?"),
                        bar -> assertThat(bar)
                                .isEqualTo("W1: [" + "#".repeat(15) + ".".repeat(15) + "]  50 %  500/s now  ETA 2 s"),
                        end -> assertThat(end)
                                .startsWith("W1: 500 operations in 2.0 s, 250/s   ")
                                .endsWith("\n"));
    }

    @Test
    void aLoadThatEndsByTimeCountsItsTime() {
        Progress progress = progress(false);
        progress.begin("W2", 0, Duration.ofSeconds(30));
        pass(6);
        progress.update(0);
        pass(60);
        progress.update(100);

        assertThat(shown.toString().lines())
                .containsExactly("W2:  20 %  0/s now  ETA 24 s", "W2: 100 %  2/s now  ETA 0 s");
    }
}
