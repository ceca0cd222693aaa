package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SnapshotPaceTest {

    private static final long MIB = 1 << 20;

    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2); // the clock may pass its end

    private long waitMillis(SnapshotPace pace, long bytes) {
        return TimeUnit.NANOSECONDS.toMillis(pace.reserve(bytes));
    }

    @Test
    void chunksFollowEachOtherAtTheRate() {
        SnapshotPace pace = new SnapshotPace(4 * MIB, () -> now);

        assertThat(waitMillis(pace, 4 * MIB)).isZero();
        assertThat(waitMillis(pace, 2 * MIB)).isEqualTo(1000);
        assertThat(waitMillis(pace, MIB)).isEqualTo(1500);
        now += TimeUnit.MILLISECONDS.toNanos(1200);
        assertThat(waitMillis(pace, 8 * MIB)).isEqualTo(550);
        now += TimeUnit.MILLISECONDS.toNanos(2550);
        assertThat(waitMillis(pace, MIB)).isZero();
    }

    @Test
    void whatWasNotSentIsNotMadeUpFor() {
        SnapshotPace pace = new SnapshotPace(MIB, () -> now);
        assertThat(waitMillis(pace, MIB)).isZero();
        now += TimeUnit.SECONDS.toNanos(100);

        assertThat(waitMillis(pace, MIB)).isZero();
        assertThat(waitMillis(pace, MIB)).isEqualTo(1000);
    }

    @Test
    void withoutALimitNothingWaits() {
        SnapshotPace pace = new SnapshotPace(0, () -> now);

        assertThat(pace.reserve(Long.MAX_VALUE)).isZero();
        assertThat(pace.reserve(Long.MAX_VALUE)).isZero();
    }

    @Test
    void aMemberIsBeingSentASnapshotUntilAMomentAfterTheLastChunk() {
        SnapshotPace pace = new SnapshotPace(0, () -> now);
        assertThat(pace.isSending()).isFalse();
        pace.reserve(1);
        now += TimeUnit.SECONDS.toNanos(9);
        assertThat(pace.isSending()).isTrue();
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(pace.isSending()).isFalse();
    }

    @Test
    void theRowIsBounded() {
        SnapshotPace pace = new SnapshotPace(MIB, () -> now);
        for (int seconds = 0; seconds <= 5; seconds++) {
            assertThat(waitMillis(pace, MIB)).isEqualTo(1000L * seconds);
        }

        assertThat(pace.reserve(MIB)).isEqualTo(SnapshotPace.FULL);
        assertThat(pace.reserve(MIB)).isEqualTo(SnapshotPace.FULL);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(waitMillis(pace, MIB)).isEqualTo(5000);
    }
}
