package io.metastore.server.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.server.lease.LeaseAuthority.LeaseTime;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.StateConfig;
import io.metastore.storage.state.StateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseKeeperTest {
    private static final Duration ELECTION = Duration.ofSeconds(1);
    private static final long PAUSE = Duration.ofMillis(500).toNanos();

    private final AtomicLong time = new AtomicLong(-123);
    private final FakeLeader leader = new FakeLeader();
    private final FakeLog log = new FakeLog();
    private final ExpiryQueue queue = new ExpiryQueue(time::get);
    private final LeaseKeeper keeper = keeper(false);

    @BeforeEach
    void listen() {
        log.state.leases().addListener(queue);
    }

    @AfterEach
    void close() {
        keeper.close();
        log.state.close();
    }

    private LeaseKeeper keeper(boolean checkpoints) {
        return new LeaseKeeper(
                queue,
                log.state.leases(),
                leader,
                log::submit,
                Runnable::run,
                time::get,
                new LeaseKeeper.Settings(ELECTION, checkpoints));
    }

    private static final class FakeLeader implements Leader {
        private OptionalLong term = OptionalLong.of(2);
        private CompletableFuture<Void> confirmation = CompletableFuture.completedFuture(null);

        @Override
        public OptionalLong readyTerm() {
            return term;
        }

        @Override
        public CompletableFuture<Void> confirm() {
            return confirmation;
        }
    }

    /** A raft log of one member; while held back, entries wait to be applied. */
    private final class FakeLog {
        private final StateMachine state = StateMachine.open(new MemoryEngine(), StateConfig.DEFAULT);
        private final List<Command> proposed = new ArrayList<>();
        private final List<Runnable> waiting = new ArrayList<>();
        private boolean heldBack;

        CompletableFuture<Outcome> submit(Command command) {
            proposed.add(command);
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            waiting.add(() -> {
                Outcome applied = state.apply(command, 1, leader.term.orElse(0));
                state.commit(state.appliedIndex() + 1, leader.term.orElse(0));
                outcome.complete(applied);
            });
            if (!heldBack) {
                applyAll();
            }
            return outcome;
        }

        void applyAll() {
            List<Runnable> all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(Runnable::run);
        }

        List<Command> ends() {
            return proposed.stream()
                    .filter(Command.RevokeExpired.class::isInstance)
                    .toList();
        }
    }

    private void grant(long id, long ttl) {
        log.submit(new Command.LeaseGrant(
                LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build()));
    }

    private void advance(Duration by) {
        time.addAndGet(by.toNanos());
    }

    @Test
    void aLeaseEndsThroughTheLogOnceItsTimeIsOver() {
        keeper.round();
        grant(1, 10);

        advance(Duration.ofMillis(9_999));
        assertThat(keeper.round()).isEqualTo(Duration.ofMillis(1).toNanos());
        assertThat(log.ends()).isEmpty();

        advance(Duration.ofMillis(1));
        keeper.round();
        assertThat(log.ends()).containsExactly(new Command.RevokeExpired(List.of(1L), 2));
        assertThat(log.state.leases().size()).isZero();
        assertThat(keeper.round()).isEqualTo(PAUSE);
    }

    @Test
    void whoDoesNotLeadEndsNothing() {
        leader.term = OptionalLong.empty();
        keeper.round();
        grant(1, 10);
        advance(Duration.ofDays(1));

        assertThat(keeper.round()).isEqualTo(PAUSE);
        assertThat(log.ends()).isEmpty();
        assertFailsWith(EtcdError.NO_LEADER, keeper.renew(1));
        assertFailsWith(EtcdError.NO_LEADER, keeper.timeToLive(1));
    }

    @Test
    void aNewTermGivesTheFullTimeAndTheElectionOnTop() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(9));
        leader.term = OptionalLong.of(3);
        keeper.round();

        advance(Duration.ofMillis(10_999));
        keeper.round();
        assertThat(log.ends()).isEmpty();
        advance(Duration.ofMillis(1));
        keeper.round();
        assertThat(log.ends()).containsExactly(new Command.RevokeExpired(List.of(1L), 3));
    }

    @Test
    void anEndIsNotProposedBeforeTheOthersConfirmTheLeader() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(10));
        leader.confirmation = new CompletableFuture<>();
        keeper.round();
        assertThat(log.ends()).isEmpty();

        leader.confirmation.complete(null);
        assertThat(log.ends()).hasSize(1);
    }

    @Test
    void aLeaderThatIsNoneAnyMoreProposesNothingAndTriesAgainIfItWasOne() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(10));
        leader.confirmation = CompletableFuture.failedFuture(new IllegalStateException("no quorum"));
        keeper.round();
        assertThat(log.ends()).isEmpty();

        leader.confirmation = CompletableFuture.completedFuture(null);
        advance(Duration.ofSeconds(3));
        keeper.round();
        assertThat(log.ends()).hasSize(1);
        assertThat(log.state.leases().size()).isZero();
    }

    @Test
    void anEndOvertakenByAnElectionIsVoid() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(10));
        log.heldBack = true;
        keeper.round();
        leader.term = OptionalLong.of(3);
        keeper.leadershipChanged();
        log.applyAll();

        assertThat(log.state.leases().find(1)).contains(new Lease(1, 10, 0));
    }

    @Test
    void oneBatchIsUnderWayAtATime() {
        keeper.round();
        for (long id = 1; id <= 2_500; id++) {
            grant(id, 10);
        }
        advance(Duration.ofSeconds(10));
        log.heldBack = true;
        assertThat(keeper.round()).isEqualTo(PAUSE);
        assertThat(keeper.round()).isEqualTo(PAUSE);
        assertThat(log.ends()).hasSize(1);

        log.heldBack = false;
        log.applyAll();
        while (keeper.round() == 0) {
            assertThat(log.ends().size()).isLessThan(10);
        }
        assertThat(log.ends()).hasSize(3);
        assertThat(log.state.leases().size()).isZero();
    }

    @Test
    void aBatchThatIsNeverAnsweredDoesNotStopTheOthers() {
        keeper.round();
        grant(1, 10);
        grant(2, 15);
        advance(Duration.ofSeconds(10));
        log.heldBack = true;
        keeper.round();
        advance(Duration.ofSeconds(9));
        keeper.round();
        assertThat(log.ends()).hasSize(1);
        advance(Duration.ofSeconds(1));
        keeper.round();
        assertThat(log.ends()).hasSize(2);
    }

    @Test
    void renewalGivesTheFullTimeAgain() {
        grant(1, 10);
        assertThat(keeper.renew(1).join()).isEqualTo(10); // before any round
        advance(Duration.ofSeconds(9));
        assertThat(keeper.renew(1).join()).isEqualTo(10);
        advance(Duration.ofSeconds(9));
        keeper.round();
        assertThat(log.ends()).isEmpty();
        assertThat(keeper.renew(7).join()).isZero();
    }

    @Test
    void whoComesTooLateWaitsForTheEndAndHearsZero() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(10));
        CompletableFuture<Long> late = keeper.renew(1);
        assertThat(late).isNotDone();

        log.heldBack = true;
        keeper.round();
        CompletableFuture<Long> later = keeper.renew(1);
        assertThat(later).isNotDone();
        log.applyAll();

        assertThat(late).isCompletedWithValue(0L);
        assertThat(later).isCompletedWithValue(0L);
    }

    @Test
    void whoWaitsForAnEndHearsOfANewLeader() {
        keeper.round();
        grant(1, 10);
        advance(Duration.ofSeconds(10));
        CompletableFuture<Long> late = keeper.renew(1);

        leader.term = OptionalLong.empty();
        keeper.leadershipChanged();

        assertFailsWith(EtcdError.LEADER_CHANGED, late);
    }

    @Test
    void noRenewalIsPromisedByALeaderThatCannotConfirm() {
        keeper.round();
        grant(1, 10);
        leader.confirmation = CompletableFuture.failedFuture(new IllegalStateException("no quorum"));

        assertFailsWith(EtcdError.NOT_PRIMARY_LESSOR, keeper.renew(1));
    }

    @Test
    void timeToLiveIsRoundedDownAndRenewsNothing() {
        keeper.round();
        grant(1, 10);
        assertThat(keeper.timeToLive(1).join()).isEqualTo(new LeaseTime(10, 10));
        advance(Duration.ofMillis(1));
        assertThat(keeper.timeToLive(1).join()).isEqualTo(new LeaseTime(9, 10));
        advance(Duration.ofSeconds(10));
        assertThat(keeper.timeToLive(1).join()).isEqualTo(new LeaseTime(0, 10));
        assertThat(keeper.timeToLive(7).join()).isEqualTo(LeaseTime.UNKNOWN);
        keeper.round();
        assertThat(keeper.timeToLive(1).join()).isEqualTo(LeaseTime.UNKNOWN);
    }

    @Test
    void theLogLearnsWhatIsLeftOfLongLeasesAndOfTheirRenewal() {
        LeaseKeeper checkpointing = keeper(true);
        checkpointing.round();
        grant(1, 1000);
        advance(Duration.ofMinutes(5));
        checkpointing.round();
        assertThat(log.state.leases().find(1)).contains(new Lease(1, 1000, 700));

        assertThat(checkpointing.renew(1).join()).isEqualTo(1000);
        assertThat(log.state.leases().find(1)).contains(new Lease(1, 1000, 0));
    }

    @Test
    void theThreadDoesItAllAndEnds() throws Exception {
        ExpiryQueue realQueue = new ExpiryQueue(System::nanoTime);
        log.state.leases().addListener(realQueue);
        CompletableFuture<Command> proposed = new CompletableFuture<>();
        List<Thread> threads = new ArrayList<>();
        try (LeaseKeeper running = new LeaseKeeper(
                realQueue,
                log.state.leases(),
                leader,
                command -> {
                    proposed.complete(command);
                    return new CompletableFuture<>();
                },
                Runnable::run,
                System::nanoTime,
                new LeaseKeeper.Settings(Duration.ZERO, false))) {
            grant(1, 0);
            running.start(task -> {
                Thread thread = new Thread(task, "lease");
                threads.add(thread);
                return thread;
            });
            assertThat(proposed.get(10, TimeUnit.SECONDS)).isEqualTo(new Command.RevokeExpired(List.of(1L), 2));
        }
        assertThat(threads.get(0).isAlive()).isFalse();
    }

    private static void assertFailsWith(EtcdError error, CompletableFuture<?> future) {
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(EtcdException.class, failure -> assertThat(failure.error())
                        .isEqualTo(error));
    }
}
