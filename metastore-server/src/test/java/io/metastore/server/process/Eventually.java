package io.metastore.server.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition by looking at it again and again, up to a bound. */
public final class Eventually {

    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private Eventually() {}

    /** A condition that may throw while it is not yet met. */
    @FunctionalInterface
    public interface Condition {
        boolean met() throws Exception;
    }

    /** True as soon as the condition holds, false when the bound passed first. What it throws counts as "not yet". */
    public static boolean holds(Duration bound, Condition condition) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            if (met(condition)) {
                return true;
            }
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    public static void await(Duration bound, Supplier<String> what, Condition condition) {
        if (!holds(bound, condition)) {
            throw new AssertionError("not within %s: %s".formatted(bound, what.get()));
        }
    }

    /** The first answer that is not an exception; the last exception when the bound passed. */
    public static <T> T answer(Duration bound, Callable<T> question) throws Exception {
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            try {
                return question.call();
            } catch (Exception | AssertionError e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean met(Condition condition) {
        try {
            return condition.met();
        } catch (Exception e) {
            return false;
        }
    }
}
