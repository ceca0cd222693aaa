package io.metastore.bench.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * W3: of ten workers four put, four get, one ranges and one deletes. What is done most is what is fastest, so the sum of
 * all says little: the rates stand apart.
 */
final class Mixed {
    /** How much of a mixture it is. */
    enum Mode {
        /** As published: a range reads the whole prefix, which grows with every put. A faster server has more to read. */
        EXACT,
        /** Keys are used again, and a range has a limit: work that does not grow. */
        CAPPED,
        /** Like capped, but each worker draws what it does next: 40 % puts, 40 % gets, 10 % ranges, 10 % deletes. */
        RATIO
    }

    private static final int KEYS_PER_WORKER = 1_000;
    private static final int RANGE_LIMIT = 1_000;
    private static final long SEED = 42;

    private final Session session;
    private final Mode mode;
    private final byte[] prefix;

    private Mixed(Session session, Mode mode) {
        this.session = session;
        this.mode = mode;
        this.prefix = session.key("/mixed/");
    }

    static WorkloadResult run(Session session, Plan plan, Mode mode, double allowedErrorPercent) {
        if (plan.workers() % 10 != 0 && mode != Mode.RATIO) {
            throw new IllegalArgumentException("workers: %d, not a multiple of 10".formatted(plan.workers()));
        }
        if (mode != Mode.RATIO && plan.openLoop()) {
            // Which worker is free decides what is asked: under load the mixture would shift to what is fast.
            throw new IllegalArgumentException("a fixed rate needs --mode=ratio: roles do not make a fixed mixture");
        }
        Phase phase = session.run("W3", plan, new Mixed(session, mode).scripts(plan.workers()));
        List<Row> rows = new ArrayList<>(List.of(Row.ofOperations("all", phase)));
        rows.addAll(Row.ofCalls(phase, Kind.PUT, Kind.GET, Kind.RANGE, Kind.DELETE));
        Map<String, Object> details = new LinkedHashMap<>(session.cost(phase));
        return new WorkloadResult(
                "W3",
                "mixed, %s: %d workers; %s"
                        .formatted(mode.name().toLowerCase(Locale.ROOT), plan.workers(), session.conditions(plan)),
                rows,
                details,
                phase.timeline(),
                phase.tally().errors(),
                allowedErrorPercent,
                phase.failures(),
                Published.W3);
    }

    private List<Script> scripts(int workers) {
        List<Script> scripts = new ArrayList<>();
        if (mode == Mode.RATIO) {
            for (int w = 0; w < workers; w++) {
                scripts.add(drawn(w));
            }
            return scripts;
        }
        // Workers of a role are numbered from 0.
        for (int w = 0; w < workers * 2 / 5; w++) {
            scripts.add(fixed(Kind.PUT, w));
        }
        for (int w = 0; w < workers * 2 / 5; w++) {
            scripts.add(fixed(Kind.GET, w));
        }
        for (int w = 0; w < workers / 10; w++) {
            scripts.add(fixed(Kind.RANGE, w));
        }
        for (int w = 0; w < workers / 10; w++) {
            scripts.add(fixed(Kind.DELETE, w));
        }
        return scripts;
    }

    private Script fixed(Kind role, int worker) {
        return (number, startNanos) -> List.of(request(role, worker, number));
    }

    private Script drawn(int worker) {
        SplittableRandom random = new SplittableRandom(SEED + worker);
        return (number, startNanos) -> {
            int draw = random.nextInt(10);
            Kind kind = draw < 4 ? Kind.PUT : draw < 8 ? Kind.GET : draw < 9 ? Kind.RANGE : Kind.DELETE;
            return List.of(request(kind, worker, number));
        };
    }

    private Request request(Kind kind, int worker, long number) {
        if (kind == Kind.PUT) {
            long key = mode == Mode.EXACT ? number : number % KEYS_PER_WORKER;
            return Request.put(session.key("/mixed/put-" + worker + "-" + key), Session.bytes("value-" + number));
        }
        if (kind == Kind.RANGE) {
            return Request.range(prefix, mode == Mode.EXACT ? 0 : RANGE_LIMIT);
        }
        byte[] key = session.key("/mixed/put-" + worker % 10 + "-" + number % 100);
        return kind == Kind.GET ? Request.get(key) : Request.delete(key);
    }
}
