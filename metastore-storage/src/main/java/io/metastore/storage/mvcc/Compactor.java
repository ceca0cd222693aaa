package io.metastore.storage.mvcc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases what compactions left behind, in slices, on its own thread {@code compact}. What readers may see does not depend
 * on it. A compaction that was cut short by a stop or crash goes on after the next start.
 */
public final class Compactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

    /** A compaction to do: from one compact revision (-1: none) to the next. */
    record Job(long from, long to, boolean hashed) {}

    private final MvccStore store;
    private volatile CompactionObserver observer = CompactionObserver.NONE;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private final Deque<Job> jobs = new ArrayDeque<>();
    private final TreeMap<Long, CompletableFuture<Void>> waiting = new TreeMap<>();
    private long finished;
    private boolean closed;
    private @Nullable Thread thread;

    Compactor(MvccStore store) {
        this.store = store;
        findUnfinished();
    }

    /** From now on this one is told, instead of the one before. */
    public void observe(CompactionObserver told) {
        observer = told;
    }

    /** Starts the thread. Without it nothing is erased. */
    public void start() {
        lock.lock();
        try {
            if (thread != null || closed) {
                throw new IllegalStateException("started before");
            }
            thread = new Thread(this::work, "compact");
            thread.setDaemon(true);
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    /** Completes when everything that the compaction to {@code revision} makes superfluous is erased. */
    public CompletableFuture<Void> erased(long revision) {
        lock.lock();
        try {
            if (revision <= finished) {
                return CompletableFuture.completedFuture(null);
            }
            CompletableFuture<Void> future = waiting.computeIfAbsent(revision, r -> new CompletableFuture<>());
            if (closed) {
                future.cancel(false);
            }
            return future.copy();
        } finally {
            lock.unlock();
        }
    }

    /** Stops between two slices and waits for the thread; futures still open are cancelled. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            running = thread;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (running != null && running != Thread.currentThread()) {
            try {
                running.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        cancelWaiting();
    }

    /** Apply thread, when the mark is published. */
    void schedule(Job job) {
        lock.lock();
        try {
            jobs.add(job);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Under the store's write lock, when its content was replaced: no job of before may run on it. */
    void resume() {
        lock.lock();
        try {
            findUnfinished();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Does on the calling thread what there is to do: for those who run without the thread. */
    void runAll() {
        while (runOne(peek())) {}
    }

    private void work() {
        try {
            for (Job job = await(); job != null; job = await()) {
                runOne(job);
            }
        } catch (RuntimeException | Error failure) {
            LOG.error("compaction stopped, space is not reclaimed until the next start", failure);
            cancelWaiting();
        }
    }

    private boolean runOne(@Nullable Job job) {
        if (job == null) {
            return false;
        }
        Erasure erasure = new Erasure(store, job);
        if (!isNext(job)) {
            return true; // it was about content that has been replaced
        }
        KvHash hash = job.hashed() ? hashBefore(job) : null;
        long start = System.nanoTime();
        boolean isDone = slice(erasure);
        while (!isDone) {
            if (!pause(job)) {
                observer.finished(System.nanoTime() - start, erasure.erased());
                return false;
            }
            isDone = slice(erasure);
        }
        observer.finished(System.nanoTime() - start, erasure.erased());
        finish(job, hash);
        LOG.info("compaction finished revision={} erased={}", job.to(), erasure.erased());
        return true;
    }

    private boolean slice(Erasure erasure) {
        long start = System.nanoTime();
        boolean isDone = erasure.slice();
        observer.slice(System.nanoTime() - start);
        return isDone;
    }

    /** What the hash needs is there only until the erasing begins. */
    private KvHash hashBefore(Job job) {
        return new KvHash(new KvHasher(store, job.from(), job.to()).hashCompaction(), job.from(), job.to());
    }

    /** Waits between slices; false if the job is off. */
    private boolean pause(Job job) {
        lock.lock();
        try {
            long left = store.config().compactionPause().toNanos();
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return !closed && isNext(job);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Not "equal": a job about other content may look the same. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isNext(Job job) {
        lock.lock();
        try {
            return jobs.peek() == job;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Job await() {
        lock.lock();
        try {
            while (jobs.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            return closed ? null : jobs.peek();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Job peek() {
        lock.lock();
        try {
            return jobs.peek();
        } finally {
            lock.unlock();
        }
    }

    private void finish(Job job, @Nullable KvHash hash) {
        Map<Long, CompletableFuture<Void>> done;
        lock.lock();
        try {
            if (!isNext(job)) {
                return;
            }
            jobs.remove();
            if (hash != null) {
                store.hashes().put(hash);
            }
            finished = job.to();
            done = new TreeMap<>(waiting.headMap(finished, true));
            waiting.keySet().removeAll(done.keySet());
        } finally {
            lock.unlock();
        }
        done.values().forEach(future -> future.complete(null));
    }

    private void cancelWaiting() {
        Map<Long, CompletableFuture<Void>> left;
        lock.lock();
        try {
            left = new TreeMap<>(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        left.values().forEach(future -> future.cancel(false));
    }

    private void findUnfinished() {
        long scheduled = store.compactedRevision();
        finished = Meta.FINISHED_COMPACTION.read(store.engine(), -1)[0];
        jobs.clear();
        if (scheduled > finished) {
            // What was erased before the stop cannot be hashed any more.
            jobs.add(new Job(finished, scheduled, false));
        }
    }
}
