package io.metastore.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes a member's threads, each named after its role, and ends them all. */
final class MemberThreads implements AutoCloseable {
    private final String prefix;
    private final Thread.UncaughtExceptionHandler onDeath;
    private final List<ExecutorService> executors = new ArrayList<>();

    /**
     * @param prefix begins every thread's name
     * @param onDeath told when one of them dies of an exception: a thread that is missing is a member that is broken
     */
    MemberThreads(String prefix, Thread.UncaughtExceptionHandler onDeath) {
        this.prefix = prefix;
        this.onDeath = onDeath;
    }

    String prefix() {
        return prefix;
    }

    /** A fixed pool with a bounded queue that refuses what does not fit. */
    ExecutorService pool(String role, int threads, int queued) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), factory(role));
        pool.allowCoreThreadTimeOut(true);
        executors.add(pool);
        return pool;
    }

    ScheduledExecutorService timer(String role) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory(role));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executors.add(timer);
        return timer;
    }

    /**
     * Runs the task again and again on the timer until the member stops. What a task throws is as fatal as the death of a
     * thread: a timer that has silently ended would look like a member that works.
     */
    void repeat(ScheduledExecutorService timer, Duration pause, Runnable task) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error failure) {
                        onDeath.uncaughtException(Thread.currentThread(), failure);
                        throw failure;
                    }
                },
                pause.toNanos(),
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    ThreadFactory factory(String role) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + role + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(onDeath);
            return thread;
        };
    }

    @Override
    public void close() {
        executors.forEach(ExecutorService::shutdownNow);
        long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        try {
            for (ExecutorService executor : executors) {
                if (!executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return; // daemon threads: they cannot hold the process
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
