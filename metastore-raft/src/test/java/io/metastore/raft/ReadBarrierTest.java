package io.metastore.raft;

import static io.metastore.raft.LocalGroup.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadBarrierTest {

    private record Asked(LongConsumer found, Consumer<String> failed) {}

    /** Answers rounds when the test says so. */
    private static final class Quorum implements ReadBarrier.Source {

        final List<Asked> asked = new CopyOnWriteArrayList<>();
        volatile boolean alone;
        volatile long applied = 10;
        volatile Runnable whileLookingUp = () -> {};

        @Override
        public boolean passesAtOnce() {
            return alone;
        }

        @Override
        public void findIndex(LongConsumer found, Consumer<String> failed) {
            asked.add(new Asked(found, failed));
        }

        @Override
        public long appliedIndex() {
            whileLookingUp.run();
            return applied;
        }
    }

    private final Quorum quorum = new Quorum();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final ReadBarrier barrier =
            new ReadBarrier(quorum, timer, TimeUnit.SECONDS.toNanos(2), TimeUnit.MILLISECONDS.toNanos(300));

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private CompletableFuture<Void> read() {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        barrier.pass(() -> passed.complete(null), passed::completeExceptionally);
        return passed;
    }

    @Test
    void letsASoleVoterPassOnItsOwnThread() {
        quorum.alone = true;
        assertThat(read()).isDone();
        assertThat(quorum.asked).isEmpty();
    }

    @Test
    void passesWhenAQuorumConfirmsWhatIsApplied() {
        CompletableFuture<Void> read = read();
        assertThat(read).isNotDone();
        quorum.asked.get(0).found.accept(10);
        assertThat(read).isDone();
    }

    @Test
    void sharesOneRoundAmongReadsThatCameBeforeIt() {
        CompletableFuture<Void> first = read();
        CompletableFuture<Void> second = read();
        CompletableFuture<Void> third = read();
        assertThat(quorum.asked).as("one round at a time").hasSize(1);

        quorum.asked.get(0).found.accept(10);
        assertThat(first).isDone();
        assertThat(second).as("came after the round had begun").isNotDone();
        assertThat(quorum.asked).hasSize(2);

        quorum.asked.get(1).found.accept(10);
        assertThat(second).isDone();
        assertThat(third).isDone();
        assertThat(quorum.asked).hasSize(2);
    }

    @Test
    void waitsForTheStateToReachTheIndex() throws Exception {
        CompletableFuture<Void> read = read();
        quorum.asked.get(0).found.accept(12);
        assertThat(read).isNotDone();
        quorum.applied = 11;
        barrier.applied(11);
        assertThat(read).isNotDone();
        quorum.applied = 12;
        barrier.applied(12);
        read.get(10, TimeUnit.SECONDS);
    }

    @Test
    void countsWhenRoundsBeginToFailAndWhichAreSlow() {
        var unused = read();
        for (int failed = 0; failed < 3; failed++) {
            int round = failed;
            eventually("asked again", () -> quorum.asked.size() > round);
            quorum.asked.get(round).failed.accept("no leader");
        }
        assertThat(barrier.failures()).isEqualTo(1);

        eventually("a round given up", () -> barrier.slowRounds() > 0);
    }

    /** raft tells that a round failed while it holds a lock that it also takes to say what is applied. */
    @Test
    void raftMayTellAnOutcomeWhileItIsAskedWhatIsApplied() throws Exception {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        CompletableFuture<Void> read = read();
        quorum.whileLookingUp =
                () -> told.complete(endsSoon(() -> quorum.asked.get(0).failed.accept("not yet")));
        assertThat(told.get(10, TimeUnit.SECONDS)).as("by the sweep").isTrue();

        quorum.whileLookingUp = () -> {};
        eventually("a second round", () -> quorum.asked.size() == 2);
        List<Boolean> whileFound = new CopyOnWriteArrayList<>();
        quorum.whileLookingUp = () -> whileFound.add(endsSoon(this::read));
        quorum.asked.get(1).found.accept(10);
        assertThat(whileFound).as("when the index is found").isNotEmpty().doesNotContain(false);
        assertThat(read).isDone();
    }

    /** Whether that comes to its end on a thread of its own. */
    private static boolean endsSoon(Runnable task) {
        try {
            CompletableFuture.runAsync(task, Executors.newSingleThreadExecutor())
                    .get(3, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException stuck) {
            return false;
        } catch (ExecutionException | InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    @Test
    void findsAnIndexThatWasAppliedWithoutAWord() throws Exception {
        CompletableFuture<Void> read = read();
        quorum.asked.get(0).found.accept(12);
        quorum.applied = 13;
        read.get(10, TimeUnit.SECONDS);
    }

    @Test
    void asksAgainWhenARoundFails() throws Exception {
        CompletableFuture<Void> read = read();
        quorum.asked.get(0).failed.accept("no leader");
        eventually("second round", () -> quorum.asked.size() == 2);
        assertThat(read).isNotDone();
        quorum.asked.get(1).found.accept(10);
        read.get(10, TimeUnit.SECONDS);
    }

    @Test
    void asksAgainWhenNobodyAnswers() throws Exception {
        CompletableFuture<Void> read = read();
        eventually("second round", () -> quorum.asked.size() == 2);
        quorum.asked.get(0).found.accept(5);
        assertThat(read).as("the answer came too late to count").isNotDone();
        quorum.asked.get(1).found.accept(10);
        read.get(10, TimeUnit.SECONDS);
    }

    @Test
    void failsAReadWhenItsTimeIsOver() {
        CompletableFuture<Void> unanswered = read();
        CompletableFuture<Void> behind = read();
        assertThatThrownBy(() -> unanswered.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(RaftException.Refused.class);
        assertThatThrownBy(() -> behind.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(RaftException.Refused.class);
    }

    @Test
    void failsAReadWhoseIndexIsNotAppliedInTime() {
        CompletableFuture<Void> read = read();
        quorum.asked.get(0).found.accept(100);
        assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(RaftException.Refused.class);
    }

    @Test
    void failsAllWhenItCloses() {
        List<CompletableFuture<Void>> reads = new ArrayList<>();
        reads.add(read());
        quorum.asked.get(0).found.accept(100);
        reads.add(read());
        reads.add(read());
        barrier.close();
        reads.add(read());
        assertThat(reads).allMatch(CompletableFuture::isCompletedExceptionally);
    }

    @Test
    void goesOnWhenAReaderThrows() {
        barrier.pass(
                () -> {
                    throw new IllegalStateException("told to fail");
                },
                why -> {});
        CompletableFuture<Void> other = read();
        quorum.asked.get(0).found.accept(10);
        quorum.asked.get(1).found.accept(10);
        assertThat(other).isDone();
    }
}
