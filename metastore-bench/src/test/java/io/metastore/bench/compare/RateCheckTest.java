package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RateCheckTest {
    private static String failure(Double... ratios) {
        Iterator<Double> next = List.of(ratios).iterator();
        String failure = RateCheck.failure(next::next);
        assertThat(next.hasNext()).as("ratios that were not asked for").isFalse();
        return failure;
    }

    @Test
    void halfOfEtcdsRateIsEnough() {
        assertThat(failure(0.5)).isNull();
    }

    @Test
    void oneGoodMeasurementOfThreeIsEnough() {
        assertThat(failure(0.1, 0.49, 3.0)).isNull();
    }

    @Test
    void farBelowThreeTimesIsAFailure() {
        assertThat(failure(0.1, 0.2, 0.3)).isEqualTo("ours is [0.1, 0.2, 0.3] of etcd's, below 0.5 each time");
    }
}
