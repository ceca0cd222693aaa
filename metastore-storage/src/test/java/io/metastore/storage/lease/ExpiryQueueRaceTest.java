package io.metastore.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Renewals, expiry, revocation and the clock on threads of their own. */
class ExpiryQueueRaceTest {
    private static final int LEASES = 50;
    private static final int RENEWALS = 100_000;
    private static final long TTL_SECONDS = 1;
    private static final long TICK = Duration.ofMillis(10).toNanos();

    private final AtomicLong time = new AtomicLong();
    private final ExpiryQueue queue = new ExpiryQueue(time::get);
    private final CyclicBarrier start = new CyclicBarrier(3);
    // Per lease: until when some client was promised that it lives.
    private final AtomicLongArray promised = new AtomicLongArray(LEASES + 1);

    @RepeatedTest(3)
    @Timeout(60)
    void noLeaseEndsBeforeTheTimeThatARenewalPromised() throws Exception {
        queue.promote(0);
        for (long id = 1; id <= LEASES; id++) {
            queue.granted(new Lease(id, TTL_SECONDS, 0));
            promise(id, time.get());
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Integer>> roles = List.of(() -> renew(1), () -> renew(2), this::expire);
            List<Future<Integer>> results = new ArrayList<>();
            for (Callable<Integer> role : roles) {
                results.add(threads.submit(role));
            }
            assertThat(results.get(0).get() + results.get(1).get()).isPositive();
            time.addAndGet(Duration.ofSeconds(TTL_SECONDS).toNanos());
            assertThat(results.get(2).get()).isEqualTo(LEASES);
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(queue.size()).isZero();
    }

    private int renew(long seed) throws Exception {
        Random random = new Random(seed);
        int renewed = 0;
        start.await();
        for (int i = 0; i < RENEWALS; i++) {
            long id = 1L + random.nextInt(LEASES);
            long sent = i % 10 == 0 ? time.addAndGet(TICK) : time.get();
            if (queue.renew(id) instanceof Renewal.Renewed) {
                promise(id, sent);
                renewed++;
            }
        }
        return renewed;
    }

    private void promise(long id, long sent) {
        promised.accumulateAndGet(
                (int) id, sent + Duration.ofSeconds(TTL_SECONDS).toNanos(), Math::max);
    }

    private int expire() throws Exception {
        int expired = 0;
        start.await();
        while (queue.size() > 0) {
            List<Long> taken = queue.takeExpired(10);
            long now = time.get();
            for (long id : taken) {
                assertThat(promised.get((int) id)).isLessThanOrEqualTo(now);
                assertThat(queue.renew(id)).isInstanceOf(Renewal.Expiring.class);
                queue.revoked(id);
                expired++;
            }
        }
        return expired;
    }
}
