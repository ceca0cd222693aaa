package io.metastore.bench.workload;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.load.LoadTarget;
import io.metastore.bench.measure.CpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Workers on a few connections, and their pace. {@link #run} is for the one thread that drives the workload, all else
 * belongs to the event loop.
 */
final class Crew {
    /** For calls under way when the time is over, and for operations that were due but late. */
    private static final Duration OVERTIME = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final LoadTarget target;
    private final List<Http2Connection> connections;
    private final Plan plan;
    private final Pace pace;
    private final CountDownLatch working;
    private final Tally tally = new Tally();
    private boolean stopped;
    private boolean over;
    private int lost;

    Crew(LoadTarget target, List<Http2Connection> connections, Plan plan) {
        this.target = target;
        this.connections = connections;
        this.plan = plan;
        this.pace = plan.openLoop()
                ? new FixedRate(this, plan.perSecond(), plan.operations())
                : new ClosedPace(this, plan.endsByTime() ? Long.MAX_VALUE : plan.operationsPerWorker());
        this.working = new CountDownLatch(plan.workers());
        long most = (plan.workers() + connections.size() - 1L) / connections.size();
        for (Http2Connection connection : connections) {
            if (most > connection.maxConcurrentStreams()) {
                throw new IllegalArgumentException(
                        "the server allows %d calls on a connection, not %d: use more connections"
                                .formatted(connection.maxConcurrentStreams(), most));
            }
        }
    }

    /** One script for each worker; returns when all have ended, or should have. */
    Phase run(String name, List<Script> scripts, Progress progress) {
        List<String> failures = new ArrayList<>();
        progress.begin(name, plan.operations(), plan.time());
        CpuSample before = target.sample();
        Timeline timeline = new Timeline(target, tally, plan, before);
        target.client().run(() -> start(scripts));
        boolean byTime = plan.endsByTime() && !plan.openLoop();
        boolean ended = await(plan.openLoop() ? plan.time().plus(OVERTIME) : plan.time(), progress, timeline);
        if (!ended) {
            long overdue = target.client().call(pace::overdue);
            target.client().run(this::stop);
            if (overdue > 0) {
                failures.add("%d operations never began: all workers were busy".formatted(overdue));
            } else if (!byTime) {
                failures.add("not done within %d s".formatted(plan.time().toSeconds()));
            }
            if (!await(OVERTIME, progress, timeline)) {
                failures.add("%d calls without an answer".formatted(working.getCount()));
            }
        }
        CpuSample.Use cpu = before.until(target.sample());
        // A call without an answer may still get one: too late to be counted.
        target.client().run(() -> over = true);
        if (lost > 0) {
            failures.add("%d of %d workers lost their connection".formatted(lost, plan.workers()));
        }
        progress.end(tally.operations());
        return new Phase(name, tally, cpu, timeline.intervals(), failures);
    }

    private void start(List<Script> scripts) {
        long now = System.nanoTime();
        pace.start(now);
        for (int i = 0; i < plan.workers(); i++) {
            free(new Worker(this, connections.get(i % connections.size()), scripts.get(i)), now);
        }
        flush();
    }

    private boolean await(Duration limit, Progress progress, Timeline timeline) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                long left = end - System.nanoTime();
                if (working.await(Math.max(0, Math.min(left, LOOK.toNanos())), TimeUnit.NANOSECONDS)) {
                    return true;
                }
                if (left <= 0) {
                    return false;
                }
                progress.update(target.client().call(tally::operations));
                timeline.update();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void stop() {
        stopped = true;
        pace.stop();
    }

    Tally tally() {
        return tally;
    }

    void free(Worker worker, long nowNanos) {
        if (stopped) {
            ended();
        } else {
            pace.free(worker, nowNanos);
        }
    }

    boolean isOver() {
        return over;
    }

    void lost() {
        lost++;
        ended();
    }

    /** One worker has nothing more to do. */
    void ended() {
        working.countDown();
    }

    void schedule(Runnable task, long delayNanos) {
        target.client().schedule(task, delayNanos);
    }

    void flush() {
        connections.forEach(Http2Connection::flush);
    }
}
