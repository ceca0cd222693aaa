package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class GoDurationTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "5ns, 5",
        "1us, 1000",
        "1\u00b5s, 1000",
        "1\u03bcs, 1000",
        "1.5ms, 1500000",
        "1m.5s, 60500000000"
    })
    void readsEveryUnit(String text, long nanos) {
        assertThat(GoDuration.parse(text)).contains(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "s", "1s ", "-1s", "1x", "9999999h"})
    void refusesWhatIsNone(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @Test
    void theLongestFitsSixtyThreeBits() {
        assertThat(GoDuration.parse(Long.MAX_VALUE + "ns")).contains(Duration.ofNanos(Long.MAX_VALUE));
    }
}
