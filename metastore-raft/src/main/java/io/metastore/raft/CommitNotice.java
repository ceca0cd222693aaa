package io.metastore.raft;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * On the leader: tells the others soon what is agreed on. jraft says it with the next entries or the next heartbeat, which is
 * late for a member that has a client waiting for its own apply.
 *
 * <p>IDLE, or WAITING a moment for entries that say it anyway, or ASKING until a round of heartbeats is over, or AGAIN if
 * more was agreed on meanwhile: at most one round is under way.
 */
final class CommitNotice {

    private static final long MOMENT_MICROS = 3000;

    private enum State {
        IDLE,
        WAITING,
        ASKING,
        AGAIN
    }

    /** What sends. */
    interface Source {

        /** Whether there is anybody whom nobody has told yet. */
        boolean isDue();

        /** Sends to all; {@code done} is run once, on any thread, perhaps at once. */
        void send(Runnable done);
    }

    private final Source source;
    private final ScheduledExecutorService timer;
    private final Object lock = new Object();

    // ---- under the lock
    private State state = State.IDLE;

    CommitNotice(Source source, ScheduledExecutorService timer) {
        this.source = source;
        this.timer = timer;
    }

    /**
     * Apply thread.
     *
     * @param awaited whether another member has a client waiting: then nothing is waited for
     */
    void committed(boolean awaited) {
        synchronized (lock) {
            if (state == State.ASKING || state == State.AGAIN) {
                state = State.AGAIN;
            } else if (awaited) {
                state = State.ASKING;
                later(this::send, 0);
            } else if (state == State.IDLE) {
                state = State.WAITING;
                later(this::endWait, MOMENT_MICROS);
            }
        }
    }

    private void endWait() {
        synchronized (lock) {
            if (state != State.WAITING) {
                return;
            }
            state = State.ASKING;
        }
        send();
    }

    private void send() {
        synchronized (lock) {
            state = State.ASKING;
        }
        if (source.isDue()) {
            source.send(this::sent);
        } else {
            sent();
        }
    }

    private void sent() {
        synchronized (lock) {
            if (state == State.AGAIN) {
                later(this::send, 0);
            } else {
                state = State.IDLE;
            }
        }
    }

    private void later(Runnable task, long micros) {
        try {
            var unused = timer.schedule(task, micros, TimeUnit.MICROSECONDS);
        } catch (RejectedExecutionException closing) {
            state = State.IDLE;
        }
    }
}
