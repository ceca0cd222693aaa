package io.metastore.storage.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets users of native memory in, and the one who frees it only when all have left.
 *
 * <p>OPEN counts its users; EXCLUSIVE makes newcomers wait until it is over; CLOSED sends them away. Entering an open gate
 * is one compare-and-set.
 */
final class Gate {
    private static final int CLOSED = 1 << 31;
    private static final int EXCLUSIVE = 1 << 30;
    private static final int USERS = EXCLUSIVE - 1;

    private final AtomicInteger state = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    void enter() {
        while (true) {
            int seen = state.get();
            if ((seen & CLOSED) != 0) {
                throw new EngineClosedException();
            }
            if ((seen & EXCLUSIVE) != 0) {
                awaitEndOfExclusion();
            } else if (state.compareAndSet(seen, seen + 1)) {
                return;
            }
        }
    }

    void exit() {
        int left = state.decrementAndGet();
        if ((left & (CLOSED | EXCLUSIVE)) != 0 && (left & USERS) == 0) {
            signal();
        }
    }

    /** Keeps newcomers waiting and waits for users to leave; false, and open again, if they did not in time. */
    boolean exclude(Duration patience) {
        while (true) {
            int seen = state.get();
            if ((seen & CLOSED) != 0) {
                throw new EngineClosedException();
            }
            if ((seen & EXCLUSIVE) != 0) {
                awaitEndOfExclusion();
            } else if (state.compareAndSet(seen, seen | EXCLUSIVE)) {
                break;
            }
        }
        if (awaitNoUsers(patience)) {
            return true;
        }
        endExclusion();
        return false;
    }

    void endExclusion() {
        state.getAndUpdate(seen -> seen & ~EXCLUSIVE);
        signal();
    }

    /** Sends newcomers away. False if it was closed before. */
    boolean close() {
        int before = state.getAndUpdate(seen -> seen | CLOSED);
        signal();
        return (before & CLOSED) == 0;
    }

    boolean awaitNoUsers(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        lock.lock();
        try {
            while ((state.get() & USERS) != 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // In slices, because a user may leave between our look and our wait.
                changed.awaitNanos(Math.min(left, 10_000_000));
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return (state.get() & USERS) == 0;
        } finally {
            lock.unlock();
        }
    }

    int users() {
        return state.get() & USERS;
    }

    private void awaitEndOfExclusion() {
        lock.lock();
        try {
            while ((state.get() & (EXCLUSIVE | CLOSED)) == EXCLUSIVE) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
