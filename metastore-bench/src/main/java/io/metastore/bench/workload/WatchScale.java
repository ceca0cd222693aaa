package io.metastore.bench.workload;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.load.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * W4: many watchers over few streams, and puts that each know their watchers. Every event must come, once and in order;
 * what is timed ends with the last of them, not with a sleep.
 */
final class WatchScale {
    /**
     * Who watches what.
     *
     * @param sharedPrefix all watch the prefix of all keys, else each a key of its own
     */
    record Watchers(int count, int streams, boolean sharedPrefix) {
        Watchers {
            if (count < 1 || count > 1_000_000 || streams < 1 || streams > count) {
                throw new IllegalArgumentException("%d watchers on %d streams".formatted(count, streams));
            }
        }
    }

    private static final int MOST_PUTS = 10_000_000;
    private static final Duration CREATE_LIMIT = Duration.ofSeconds(60);
    private static final Duration DELIVERY_LIMIT = Duration.ofMinutes(5);
    private static final Duration STALLED = Duration.ofSeconds(10);

    private final Session session;
    private final Plan plan;
    private final Watchers watchers;
    private final EventLedger ledger;
    private final CountDownLatch created;
    private final Errors watchErrors = new Errors();

    private WatchScale(Session session, Plan plan, Watchers watchers) {
        if (plan.endsByTime() || plan.operations() > MOST_PUTS) {
            throw new IllegalArgumentException("W4 makes a number of puts, at most " + MOST_PUTS + ": use --ops");
        }
        this.session = session;
        this.plan = plan;
        this.watchers = watchers;
        this.ledger = new EventLedger((int) plan.operations(), watchers.sharedPrefix() ? watchers.count() : 1);
        this.created = new CountDownLatch(watchers.count());
    }

    static WorkloadResult run(Session session, Plan plan, Watchers watchers, double allowedErrorPercent) {
        return new WatchScale(session, plan, watchers).run(allowedErrorPercent);
    }

    private WorkloadResult run(double allowedErrorPercent) {
        List<Http2Connection> connections = session.target().connect();
        try {
            List<EventStream> streams = open(connections);
            Phase phase = session.run(
                    "W4",
                    plan,
                    Collections.nCopies(plan.workers(), (number, startNanos) -> put(startNanos)),
                    connections);
            awaitEvents();
            session.target().client().run(() -> {
                streams.forEach(EventStream::cancel);
                connections.forEach(Http2Connection::flush);
            });
            return result(phase, allowedErrorPercent);
        } finally {
            session.target().client().close(connections);
        }
    }

    private byte[] key(int watcher) {
        return session.key("/watch-test/watcher-" + watcher);
    }

    private List<Request> put(long startNanos) {
        int number = ledger.begin(startNanos);
        return List.of(Request.put(
                key(number % watchers.count()), Session.bytes(EventStream.VALUE + number), (bytes, offset, length) -> {
                    ledger.acknowledged(number, System.nanoTime());
                    return null;
                }));
    }

    private List<EventStream> open(List<Http2Connection> connections) {
        byte[] prefix = session.key("/watch-test/");
        List<EventStream> streams = new ArrayList<>();
        int first = 0;
        for (int s = 0; s < watchers.streams(); s++) {
            int count = (watchers.count() - first) / (watchers.streams() - s);
            int offset = first;
            streams.add(new EventStream(
                    connections.get(s % connections.size()),
                    count,
                    watcher -> watchers.sharedPrefix() ? prefix : key(offset + watcher),
                    watchers.sharedPrefix(),
                    ledger,
                    created,
                    watchErrors));
            first += count;
        }
        session.target().client().run(() -> {
            streams.forEach(EventStream::begin);
            connections.forEach(Http2Connection::flush);
        });
        try {
            if (!created.await(CREATE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("%d of %d watchers were not created within %d s: %s"
                        .formatted(
                                created.getCount(),
                                watchers.count(),
                                CREATE_LIMIT.toSeconds(),
                                session.target()
                                        .client()
                                        .call(() -> watchErrors.byText().toString())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return streams;
    }

    /** Waits for what was acknowledged but not yet seen, as long as events come. */
    private void awaitEvents() {
        long end = System.nanoTime() + DELIVERY_LIMIT.toNanos();
        long changed = System.nanoTime();
        long seen = -1;
        while (System.nanoTime() < end && System.nanoTime() - changed < STALLED.toNanos()) {
            if (session.target().client().call(ledger::missing) == 0) {
                return;
            }
            long now = session.target().client().call(ledger::events);
            if (now != seen) {
                seen = now;
                changed = System.nanoTime();
            }
            Pause.millis(5);
        }
    }

    private WorkloadResult result(Phase phase, double allowedErrorPercent) {
        double eventsPerSecond = ledger.nanos() == 0 ? 0 : ledger.events() * 1e9 / ledger.nanos();
        List<Row> rows = List.of(
                new Row("put to event", eventsPerSecond, ledger.sincePut()),
                new Row("ack to event", eventsPerSecond, ledger.sinceAck()),
                Row.ofOperations("put", phase));
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("events_expected", ledger.expected());
        details.put("events_delivered", ledger.events());
        details.put("events_before_their_ack", ledger.eventsBeforeAck());
        details.put("events_lost", ledger.missing());
        details.put("events_repeated", ledger.eventsRepeated());
        details.put("events_out_of_order", ledger.eventsOutOfOrder());
        details.put("events_unexpected", ledger.eventsUnexpected());
        details.putAll(session.cost(phase));
        Errors errors = new Errors();
        errors.addAll(phase.tally().errors());
        errors.addAll(watchErrors);
        return new WorkloadResult(
                "W4",
                "watch scalability: %d watchers of %s on %d stream%s, %d writing; %s"
                        .formatted(
                                watchers.count(),
                                watchers.sharedPrefix() ? "one prefix" : "a key each",
                                watchers.streams(),
                                watchers.streams() == 1 ? "" : "s",
                                plan.workers(),
                                session.conditions(plan)),
                rows,
                details,
                phase.timeline(),
                errors,
                allowedErrorPercent,
                failures(phase),
                Published.W4);
    }

    private List<String> failures(Phase phase) {
        List<String> failures = new ArrayList<>(phase.failures());
        if (ledger.missing() > 0) {
            failures.add("%d events were lost".formatted(ledger.missing()));
        }
        long wrong = ledger.eventsRepeated() + ledger.eventsOutOfOrder() + ledger.eventsUnexpected();
        if (wrong > 0) {
            failures.add("%d events were repeated, out of order or unexpected".formatted(wrong));
        }
        return failures;
    }
}
