package io.metastore.raft;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The point after which a read of the applied state is linearizable. Any thread.
 *
 * <p>A sole voter passes at once. Else one round asks a quorum, at most one at a time: reads that come meanwhile share
 * the next one, for a read may only use a round that began after it. Then the state must have reached the index that
 * the round found. A round that fails, or is not answered, is tried again until the read's deadline.
 */
public final class ReadBarrier {

    private static final Logger log = LoggerFactory.getLogger(ReadBarrier.class);

    private static final long RETRY_MILLIS = 20;
    private static final long SWEEP_MILLIS = 50;
    private static final int MAX_WAITING = 1 << 16;

    /**
     * What the barrier stands on. Never called with the barrier's lock held: raft takes locks of its own to answer, and tells
     * outcomes while it holds them.
     */
    interface Source {

        /** Whether no one else can have agreed on anything that is not applied here. */
        boolean passesAtOnce();

        /** Asks a quorum for the committed index; one of the two is told, on any thread, perhaps at once. */
        void findIndex(LongConsumer found, Consumer<String> failed);

        long appliedIndex();
    }

    private record Read(Runnable ok, Consumer<RaftException> failed, long deadlineNanos) {

        /** One reader's mistake must not keep the others from going on. */
        void pass() {
            try {
                ok.run();
            } catch (RuntimeException e) {
                log.error("a read failed after its barrier", e);
            }
        }
    }

    /** Reads that asked together. */
    private static final class Round {

        final List<Read> reads;
        final long giveUpNanos;
        long index;

        Round(List<Read> reads, long giveUpNanos) {
            this.reads = reads;
            this.giveUpNanos = giveUpNanos;
        }
    }

    private final Source source;
    private final ScheduledExecutorService timer;
    private final long timeoutNanos;
    private final long roundTimeoutNanos;

    private final Object lock = new Object();

    // ---- under the lock
    /** Reads that need a round which has not begun. */
    private List<Read> next = new ArrayList<>();

    private @Nullable Round running;
    private boolean retrying;
    /** Whether the last round was answered with a failure. */
    private boolean failing;

    /** Rounds whose index the state has not reached. */
    private final List<Round> behind = new ArrayList<>();

    private boolean sweepScheduled;
    private boolean closed;
    // ----

    private final LongAdder failures = new LongAdder();
    private final LongAdder slowRounds = new LongAdder();

    /** The lowest index that a read waits for: the apply thread looks at no more than this. */
    private volatile long awaited = Long.MAX_VALUE;

    ReadBarrier(Source source, ScheduledExecutorService timer, long timeoutNanos, long roundTimeoutNanos) {
        this.source = source;
        this.timer = timer;
        this.timeoutNanos = timeoutNanos;
        this.roundTimeoutNanos = roundTimeoutNanos;
    }

    /**
     * Runs {@code ok} once the applied state may be read, or {@code failed}. Either may run on this thread before the
     * method returns, or on a thread of raft, and must not block there.
     */
    public void pass(Runnable ok, Consumer<RaftException> failed) {
        if (source.passesAtOnce()) {
            ok.run();
            return;
        }
        Round round = null;
        @Nullable RaftException refused;
        synchronized (lock) {
            refused = closed ? stopped() : next.size() >= MAX_WAITING ? tooMany() : null;
            if (refused == null) {
                next.add(new Read(ok, failed, System.nanoTime() + timeoutNanos));
                scheduleSweep();
                round = beginRound();
            }
        }
        if (refused != null) {
            failed.accept(refused);
        }
        ask(round);
    }

    /** The next round if one is due; it is up to the caller to {@link #ask}. */
    private @Nullable Round beginRound() {
        if (running != null || retrying || next.isEmpty()) {
            return null;
        }
        Round round = new Round(next, System.nanoTime() + roundTimeoutNanos);
        next = new ArrayList<>();
        running = round;
        return round;
    }

    private void ask(@Nullable Round round) {
        if (round != null) {
            source.findIndex(index -> found(round, index), reason -> retry(round));
        }
    }

    private void found(Round round, long index) {
        Round following;
        synchronized (lock) {
            if (running != round) {
                return;
            }
            running = null;
            failing = false;
            round.index = index;
            behind.add(round);
            awaited = Math.min(awaited, index);
            following = beginRound();
        }
        // Looked at after awaited was set: what the apply thread does from here on, it tells.
        passReached(source.appliedIndex());
        ask(following);
    }

    private void passReached(long applied) {
        List<Read> passed;
        synchronized (lock) {
            passed = takeReached(applied);
        }
        passed.forEach(Read::pass);
    }

    private void retry(Round round) {
        synchronized (lock) {
            if (running == round) {
                if (!failing) {
                    failing = true;
                    failures.increment();
                }
                putBack(round);
            }
        }
    }

    private void putBack(Round round) {
        running = null;
        round.reads.addAll(next);
        next = round.reads;
        retrying = true;
        later(this::endRetry, RETRY_MILLIS);
    }

    private void endRetry() {
        Round round;
        synchronized (lock) {
            retrying = false;
            round = beginRound();
        }
        ask(round);
    }

    /** Called on the apply thread; the reads go on elsewhere. */
    void applied(long index) {
        if (index < awaited) {
            return;
        }
        List<Read> passed;
        synchronized (lock) {
            passed = takeReached(index);
        }
        if (!passed.isEmpty()) {
            later(() -> passed.forEach(Read::pass), 0);
        }
    }

    private List<Read> takeReached(long applied) {
        List<Read> reached = new ArrayList<>();
        long lowest = Long.MAX_VALUE;
        for (Iterator<Round> rounds = behind.iterator(); rounds.hasNext(); ) {
            Round round = rounds.next();
            if (round.index <= applied) {
                reached.addAll(round.reads);
                rounds.remove();
            } else {
                lowest = Math.min(lowest, round.index);
            }
        }
        awaited = lowest;
        return reached;
    }

    private void scheduleSweep() {
        if (!sweepScheduled) {
            sweepScheduled = true;
            later(this::sweep, SWEEP_MILLIS);
        }
    }

    /** Fails what is late, gives up rounds that nobody answers, and finds entries that were applied without a word. */
    private void sweep() {
        passReached(source.appliedIndex());
        List<Read> late = new ArrayList<>();
        synchronized (lock) {
            long now = System.nanoTime();
            takeLate(next, now, late);
            behind.forEach(round -> takeLate(round.reads, now, late));
            behind.removeIf(round -> round.reads.isEmpty());
            Round unanswered = running;
            if (unanswered != null) {
                takeLate(unanswered.reads, now, late);
                if (now - unanswered.giveUpNanos >= 0) {
                    slowRounds.increment();
                    putBack(unanswered);
                }
            }
            sweepScheduled = false;
            if (!next.isEmpty() || !behind.isEmpty() || running != null) {
                scheduleSweep();
            }
        }
        if (!late.isEmpty()) {
            slowRounds.increment();
        }
        late.forEach(read -> read.failed.accept(
                new RaftException.Refused(RaftException.Reason.TIMEOUT, "no quorum confirmed the read in time")));
    }

    private static void takeLate(List<Read> reads, long now, List<Read> late) {
        reads.removeIf(read -> now - read.deadlineNanos >= 0 && late.add(read));
    }

    private void later(Runnable task, long delayMillis) {
        try {
            var unused = timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closing: close() tells those who wait.
        }
    }

    /** How often asking a quorum began to fail; what is tried again and fails again counts once. */
    public long failures() {
        return failures.sum();
    }

    /** Rounds that were not answered in time, and times at which reads had waited too long for theirs. */
    public long slowRounds() {
        return slowRounds.sum();
    }

    private static RaftException tooMany() {
        return new RaftException.Refused(RaftException.Reason.BUSY, "too many requests");
    }

    private static RaftException stopped() {
        return new RaftException.Refused(RaftException.Reason.STOPPED, "the member has stopped");
    }

    /** Fails all that wait and all that come. */
    void close() {
        List<Read> waiting;
        synchronized (lock) {
            closed = true;
            waiting = new ArrayList<>(next);
            next.clear();
            if (running != null) {
                waiting.addAll(running.reads);
                running = null;
            }
            behind.forEach(round -> waiting.addAll(round.reads));
            behind.clear();
            awaited = Long.MAX_VALUE;
        }
        waiting.forEach(read -> read.failed.accept(stopped()));
    }
}
