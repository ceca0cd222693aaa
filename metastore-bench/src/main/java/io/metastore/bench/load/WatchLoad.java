package io.metastore.bench.load;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Watchers, and puts in flight that they see: events a second, put-to-event time, and whether every event came in order. */
final class WatchLoad {
    private static final Duration CREATE_LIMIT = Duration.ofSeconds(30);
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(60);
    private static final Duration STALLED = Duration.ofSeconds(5);

    private final LoadTarget target;
    private final WatchPlan plan;
    private final WatchTally tally;
    private final WatchPuts puts;

    WatchLoad(LoadTarget target, WatchPlan plan) {
        this.target = target;
        this.plan = plan;
        this.tally = new WatchTally(plan.watchers());
        this.puts = new WatchPuts(plan);
    }

    LoadResult run(String name, int putsInFlight, Duration warmup, Duration duration) {
        List<Http2Connection> watchConnections = target.connect();
        List<Http2Connection> putConnections = target.connect();
        try {
            List<TalliedWatch> streams = open(watchConnections);
            LoadResult result = measure(name, putConnections, putsInFlight, warmup, duration);
            target.client().run(() -> {
                streams.forEach(TalliedWatch::cancel);
                watchConnections.forEach(Http2Connection::flush);
            });
            return result;
        } finally {
            target.client().close(watchConnections);
            target.client().close(putConnections);
        }
    }

    private List<TalliedWatch> open(List<Http2Connection> connections) {
        List<TalliedWatch> streams = new ArrayList<>();
        for (int s = 0; s < plan.streams(); s++) {
            List<String> prefixes = new ArrayList<>();
            for (int watcher = s; watcher < plan.watchers(); watcher += plan.streams()) {
                prefixes.add(plan.prefix(watcher));
            }
            streams.add(new TalliedWatch(connections.get(s % connections.size()), prefixes, tally));
        }
        target.client().run(() -> {
            streams.forEach(TalliedWatch::begin);
            connections.forEach(Http2Connection::flush);
        });
        try {
            if (!tally.created.await(CREATE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("%d of %d watchers were not created within %d s: %s"
                        .formatted(
                                tally.created.getCount(),
                                plan.watchers(),
                                CREATE_LIMIT.toSeconds(),
                                target.client()
                                        .call(() -> tally.window.errorTexts().toString())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return streams;
    }

    private LoadResult measure(
            String name, List<Http2Connection> connections, int inFlight, Duration warmup, Duration duration) {
        ClosedLoop loop = new ClosedLoop(target.client(), connections, puts, inFlight);
        loop.start();
        loop.awaitEnd(warmup);
        CpuSample before = target.sample();
        loop.cut();
        cutEvents();
        loop.awaitWindow(duration, () -> tally.window.operations == 0 && tally.window.errors == 0);
        CpuSample.Use cpu = before.until(target.sample());
        Window putWindow = loop.cut();
        Window events = cutEvents();
        boolean answered = loop.stop();
        if (!awaitEvents() || !answered) {
            events.error("events or answers are missing");
        }
        putWindow.errorTexts().forEach((text, count) -> events.error("put: " + text + " (" + count + ")"));
        return LoadResult.of(name, events, cpu, target.memory()).with(details(putWindow, cpu));
    }

    private Map<String, Object> details(Window putWindow, CpuSample.Use cpu) {
        Map<String, Object> details = new LinkedHashMap<>();
        Latency latency = Latency.of(putWindow.latency);
        long expected = expected();
        details.put("puts_per_second", LoadResult.perSecond(putWindow.operations, cpu.nanos()));
        details.put("put_p99_us", latency.p99Micros());
        details.put("events_delivered_percent", expected == 0 ? 0.0 : 100.0 * tally.events / expected);
        details.put("events_out_of_order", tally.outOfOrder);
        details.put("events_per_response", tally.responses == 0 ? 0.0 : (double) tally.events / tally.responses);
        return details;
    }

    private Window cutEvents() {
        return target.client().call(() -> {
            Window before = tally.window;
            tally.window = new Window();
            return before;
        });
    }

    private long expected() {
        return puts.acknowledged() * plan.watchersPerPrefix();
    }

    /** Waits for what was acknowledged but not yet seen; false if it does not come. */
    private boolean awaitEvents() {
        long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
        long seen = -1;
        long changed = System.nanoTime();
        while (System.nanoTime() < end && System.nanoTime() - changed < STALLED.toNanos()) {
            long now = target.client().call(() -> tally.events);
            if (now >= target.client().call(this::expected)) {
                return true;
            }
            if (now != seen) {
                seen = now;
                changed = System.nanoTime();
            }
            Pause.millis(10);
        }
        return false;
    }
}
