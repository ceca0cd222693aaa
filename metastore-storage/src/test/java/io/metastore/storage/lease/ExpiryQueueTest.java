package io.metastore.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.lease.Renewal.Expiring;
import io.metastore.storage.lease.Renewal.NotPrimary;
import io.metastore.storage.lease.Renewal.Renewed;
import io.metastore.storage.lease.Renewal.Unknown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ExpiryQueueTest {
    private static final Duration ELECTION = Duration.ofSeconds(1);
    private static final Duration BLINK = Duration.ofNanos(1);

    private final ManualTime time = new ManualTime(Long.MAX_VALUE - 5);
    private final ExpiryQueue queue = new ExpiryQueue(time);

    @ParameterizedTest
    @ValueSource(longs = {0, -1_000_000_000_000L, Long.MAX_VALUE - 5, Long.MIN_VALUE})
    void aLeaseEndsWhenItsTimeIsOverAndNotBefore(long origin) {
        ManualTime ownTime = new ManualTime(origin);
        ExpiryQueue ownQueue = new ExpiryQueue(ownTime);
        ownQueue.promote(0);
        ownQueue.granted(new Lease(1, 10, 0));

        ownTime.advance(Duration.ofSeconds(10).minus(BLINK));
        assertThat(ownQueue.takeExpired(10)).isEmpty();

        ownTime.advance(BLINK);
        assertThat(ownQueue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void theGreatestTtlDoesNotOverflow() {
        queue.promote(ELECTION.toNanos());
        queue.granted(new Lease(1, Lease.MAX_TTL_SECONDS, 0));

        assertThat(queue.takeExpired(10)).isEmpty();
        assertThat(queue.remainingNanos(1).orElseThrow())
                .isEqualTo(Lease.MAX_TTL_SECONDS * Duration.ofSeconds(1).toNanos());
        assertThat(queue.renew(1)).isEqualTo(new Renewed(Lease.MAX_TTL_SECONDS, false));
    }

    @Test
    void renewalGivesTheFullTimeAgain() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofSeconds(9));

        assertThat(queue.renew(1)).isEqualTo(new Renewed(10, false));

        time.advance(Duration.ofSeconds(9));
        assertThat(queue.takeExpired(10)).isEmpty();
        assertThat(queue.nanosToNext()).isEqualTo(Duration.ofSeconds(1).toNanos());
        time.advance(Duration.ofSeconds(1));
        assertThat(queue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void anUnknownLeaseIsNotRenewed() {
        queue.promote(0);

        assertThat(queue.renew(7)).isInstanceOf(Unknown.class);
    }

    @Test
    void whoseTimeIsOverIsNotRenewedEvenBeforeAnyoneNoticed() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofSeconds(10));

        CompletableFuture<Boolean> gone = ((Expiring) queue.renew(1)).gone();

        assertThat(queue.takeExpired(10)).containsExactly(1L);
        assertThat(gone).isNotDone();
        queue.revoked(1);
        assertThat(gone).isCompletedWithValue(true);
        assertThat(queue.renew(1)).isInstanceOf(Unknown.class);
    }

    @Test
    void whoWaitsForAnEndIsToldWhenAnotherMemberLeads() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofSeconds(10));
        CompletableFuture<Boolean> gone = ((Expiring) queue.renew(1)).gone();

        queue.demote();

        assertThat(gone).isCompletedWithValue(false);
    }

    @Test
    void aRevocationThatCameToNothingIsTriedAgain() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofSeconds(10));
        assertThat(queue.takeExpired(10)).containsExactly(1L);

        time.advance(Duration.ofSeconds(3).minus(BLINK));
        assertThat(queue.takeExpired(10)).isEmpty();
        time.advance(BLINK);
        assertThat(queue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void nothingEndsWhereTimeDoesNotCount() {
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofDays(1));

        assertThat(queue.takeExpired(10)).isEmpty();
        assertThat(queue.renew(1)).isInstanceOf(NotPrimary.class);
        assertThat(queue.remainingNanos(1)).isEmpty();
        assertThat(queue.nanosToNext()).isEqualTo(Long.MAX_VALUE);

        queue.promote(0);
        queue.demote();
        time.advance(Duration.ofDays(1));
        assertThat(queue.takeExpired(10)).isEmpty();
    }

    @Test
    void aNewLeaderGivesTheFullTimeAndTheElectionOnTop() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));
        time.advance(Duration.ofSeconds(9));
        queue.demote();
        queue.promote(ELECTION.toNanos());

        time.advance(Duration.ofSeconds(11).minus(BLINK));
        assertThat(queue.takeExpired(10)).isEmpty();
        time.advance(BLINK);
        assertThat(queue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void aRenewalEndsTheBonusOfTheNewLeader() {
        queue.granted(new Lease(1, 10, 0));
        queue.promote(Duration.ofSeconds(60).toNanos());
        assertThat(queue.renew(1)).isEqualTo(new Renewed(10, false));

        time.advance(Duration.ofSeconds(10));
        assertThat(queue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void aNewLeaderCountsFromTheCheckpoint() {
        queue.granted(new Lease(1, 1000, 0));
        queue.checkpointed(new Lease(1, 1000, 400));
        queue.promote(ELECTION.toNanos());

        time.advance(Duration.ofSeconds(401).minus(BLINK));
        assertThat(queue.takeExpired(10)).isEmpty();
        time.advance(BLINK);
        assertThat(queue.takeExpired(10)).containsExactly(1L);
    }

    @Test
    void aRenewalAfterACheckpointAsksForItsWithdrawal() {
        queue.promote(0);
        queue.granted(new Lease(1, 1000, 0));
        time.advance(Duration.ofMinutes(5));
        assertThat(queue.takeCheckpoints(10)).containsExactly(new ExpiryQueue.Checkpoint(1, 700));

        assertThat(queue.renew(1)).isEqualTo(new Renewed(1000, true)); // on its way through the log
        queue.checkpointed(new Lease(1, 1000, 700));
        assertThat(queue.renew(1)).isEqualTo(new Renewed(1000, true));
        queue.checkpointed(new Lease(1, 1000, 0));
        assertThat(queue.renew(1)).isEqualTo(new Renewed(1000, false));
    }

    @Test
    void checkpointsAreForLongLeasesAndComeEveryFiveMinutes() {
        queue.promote(0);
        queue.granted(new Lease(1, 300, 0));
        queue.granted(new Lease(2, 1000, 0));

        time.advance(Duration.ofSeconds(299));
        assertThat(queue.takeCheckpoints(10)).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(queue.takeCheckpoints(10)).containsExactly(new ExpiryQueue.Checkpoint(2, 700));
        time.advance(Duration.ofMinutes(5));
        assertThat(queue.takeCheckpoints(10)).containsExactly(new ExpiryQueue.Checkpoint(2, 400));
        time.advance(Duration.ofMinutes(5)); // 100 s left: no more use for the log to know
        assertThat(queue.takeCheckpoints(10)).isEmpty();
    }

    @Test
    void leasesAreListedByWhatIsLeftOfThem() {
        queue.promote(0);
        queue.granted(new Lease(1, 100, 0));
        queue.granted(new Lease(2, 50, 0));
        queue.granted(new Lease(3, 50, 0));
        assertThat(queue.idsByRemaining()).containsExactly(2L, 3L, 1L);

        time.advance(Duration.ofSeconds(1));
        queue.renew(2);
        assertThat(queue.idsByRemaining()).containsExactly(3L, 2L, 1L);

        queue.demote();
        assertThat(queue.idsByRemaining()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aSnapshotReplacesAllLeases() {
        queue.promote(0);
        queue.granted(new Lease(1, 10, 0));

        queue.reset(List.of(new Lease(2, 20, 0)));

        assertThat(queue.idsByRemaining()).containsExactly(2L);
        time.advance(Duration.ofSeconds(20));
        assertThat(queue.takeExpired(10)).containsExactly(2L);
    }

    @Test
    void tenThousandLeasesDueTogetherAreSpreadOverLessThanThreeSeconds() {
        LongStream.rangeClosed(1, 10_000).forEach(id -> queue.granted(new Lease(id, 10, 0)));
        queue.promote(ELECTION.toNanos());

        time.advance(Duration.ofSeconds(11));
        assertThat(revokeExpired()).isEqualTo(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(revokeExpired()).isEqualTo(4_000);
        time.advance(Duration.ofSeconds(2));
        assertThat(revokeExpired()).isEqualTo(5_999);
    }

    private int revokeExpired() {
        List<Long> expired = queue.takeExpired(20_000);
        expired.forEach(queue::revoked);
        return expired.size();
    }

    @Test
    void aBatchIsNoLargerThanAskedFor() {
        queue.promote(0);
        LongStream.rangeClosed(1, 2_500).forEach(id -> queue.granted(new Lease(id, 10, 0)));
        time.advance(Duration.ofSeconds(10));

        assertThat(queue.takeExpired(1000)).hasSize(1000);
        assertThat(queue.takeExpired(1000)).hasSize(1000);
        assertThat(queue.nanosToNext()).isZero();
        assertThat(queue.takeExpired(1000)).hasSize(500);
    }

    /** The bound is generous; what it refuses is a queue that walks over all leases for each renewal. */
    @Test
    void aHundredThousandLeasesAreRenewedWithoutAWalkOverThem() {
        int leases = 100_000;
        queue.promote(0);
        LongStream.rangeClosed(1, leases).forEach(id -> queue.granted(new Lease(id, 60, 0)));

        long start = System.nanoTime();
        for (int round = 0; round < 10; round++) {
            time.advance(Duration.ofSeconds(20));
            for (long id = 1; id <= leases; id++) {
                queue.renew(id);
            }
            assertThat(queue.takeExpired(1000)).isEmpty();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));

        time.advance(Duration.ofSeconds(60));
        List<Long> expired = new ArrayList<>();
        while (queue.nanosToNext() == 0) {
            expired.addAll(queue.takeExpired(1000));
        }
        assertThat(expired).hasSize(leases).doesNotHaveDuplicates();
    }
}
