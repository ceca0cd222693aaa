package io.metastore.server.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.config.AutoCompaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AutoCompactorTest {
    private final List<Long> compactions = new ArrayList<>();
    private long revision = 1;
    private boolean leader = true;
    private boolean succeeds = true;

    private AutoCompactor compactor(AutoCompaction policy) {
        return new AutoCompactor(policy, () -> revision, () -> leader, target -> {
            compactions.add(target);
            return CompletableFuture.completedFuture(succeeds);
        });
    }

    @Test
    void periodicWaitsOnePeriodThenKeepsThatMuchHistory() {
        AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
        assertThat(compactor.interval()).isEqualTo(Duration.ofMinutes(1));

        for (int minute = 0; minute < 31; minute++) {
            revision = 100L + minute;
            compactor.tick();
        }

        // After a whole period the revision of ten minutes ago, then again each ten minutes.
        assertThat(compactions).containsExactly(100L, 110L, 120L);
    }

    @Test
    void aLongPeriodIsCompactedEachHour() {
        AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofHours(24)));

        assertThat(compactor.interval()).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void aFailureIsTriedAgainAtTheNextTick() {
        AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
        succeeds = false;
        for (int minute = 0; minute < 13; minute++) {
            revision = 100L + minute;
            compactor.tick();
        }

        assertThat(compactions).containsExactly(100L, 101L, 102L);
    }

    @Test
    void onlyTheLeaderCompacts() {
        AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
        leader = false;
        for (int minute = 0; minute < 30; minute++) {
            compactor.tick();
        }

        assertThat(compactions).isEmpty();
    }

    @Test
    void byRevisionKeepsTheLatestOnes() {
        AutoCompactor compactor = compactor(new AutoCompaction.Revisions(1000));
        revision = 1000;
        compactor.tick();
        revision = 1500;
        compactor.tick();
        compactor.tick();

        assertThat(compactor.interval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(compactions).containsExactly(500L);
    }

    @Test
    void offNeverTicks() {
        assertThat(compactor(new AutoCompaction.Off()).interval()).isZero();
    }
}
