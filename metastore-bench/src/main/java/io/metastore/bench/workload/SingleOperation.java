package io.metastore.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One kind of operation over and over, as a micro-benchmark does it, but from outside: the same for every server. */
final class SingleOperation {
    /** What is done. */
    enum Operation {
        PUT,
        GET,
        /** A put and a delete of its key; the two are timed apart. */
        DELETE,
        /** A hundred keys with their values. */
        RANGE,
        /** Create if absent, of a key that is. */
        TXN,
        /** A grant, a put under the lease, and its revocation. */
        LEASE
    }

    /**
     * On which keys.
     *
     * @param count keys that are used again and again; 0: a put is always of a new one
     * @param shared every worker counts over the same keys, else each over its own
     */
    record Keys(int count, boolean shared, int valueBytes) {
        Keys {
            if (count < 0 || count > 10_000_000 || valueBytes < 0 || valueBytes > 16 << 20) {
                throw new IllegalArgumentException("%d keys of %d bytes".formatted(count, valueBytes));
            }
        }
    }

    private static final int READ_KEYS = 1_000;
    private static final int RANGE_KEYS = 100;
    private static final int FILLERS = 16;
    private static final long TTL_SECONDS = 60;
    private static final long SEED = 42;

    private final Session session;
    private final Operation operation;
    private final Keys keys;
    private final byte[] value;

    private SingleOperation(Session session, Operation operation, Keys keys) {
        this.session = session;
        this.operation = operation;
        this.keys = keys;
        this.value = new byte[keys.valueBytes()];
        new SplittableRandom(SEED).nextBytes(value);
    }

    static WorkloadResult run(Session session, Plan plan, Operation operation, Keys keys) {
        return new SingleOperation(session, operation, keys).run(plan);
    }

    private WorkloadResult run(Plan plan) {
        fill(plan);
        List<Script> scripts = new ArrayList<>();
        for (int w = 0; w < plan.workers(); w++) {
            scripts.add(script(w));
        }
        Phase phase = session.run("single " + operation, plan, scripts);
        List<Row> rows = new ArrayList<>(List.of(Row.ofOperations("operation", phase)));
        rows.addAll(Row.ofCalls(phase, Kind.values()));
        return new WorkloadResult(
                "single",
                "%s: %d workers, values of %d bytes; %s"
                        .formatted(
                                operation.name().toLowerCase(java.util.Locale.ROOT),
                                plan.workers(),
                                keys.valueBytes(),
                                session.conditions(plan)),
                rows,
                session.cost(phase),
                phase.timeline(),
                phase.tally().errors(),
                0,
                phase.failures(),
                Published.SINGLE);
    }

    private int readKeys() {
        return operation == Operation.RANGE ? RANGE_KEYS : keys.count() == 0 ? READ_KEYS : keys.count();
    }

    private void fill(Plan plan) {
        if (operation != Operation.GET && operation != Operation.RANGE) {
            return;
        }
        Script puts = (number, startNanos) -> List.of(Request.put(readKey(number % readKeys()), value));
        int workers = Math.min(FILLERS, readKeys());
        List<Script> scripts = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
            int first = w;
            scripts.add((number, startNanos) -> puts.operation(number * workers + first, startNanos));
        }
        long each = (readKeys() + workers - 1L) / workers;
        Phase phase = session.run("fill", new Plan(workers, each, plan.time().plusSeconds(60), 0), scripts);
        if (phase.tally().errors().total() > 0 || !phase.failures().isEmpty()) {
            throw new IllegalStateException("could not put what is to be read: %s %s"
                    .formatted(phase.tally().errors().byText(), phase.failures()));
        }
    }

    private Script script(int worker) {
        return (number, startNanos) -> switch (operation) {
            case PUT -> List.of(Request.put(ownKey(worker, number), value));
            case GET -> List.of(Request.get(readKey((number + worker) % readKeys()), value));
            case DELETE -> {
                byte[] key = ownKey(worker, number);
                yield List.of(Request.put(key, value), Request.delete(key));
            }
            case RANGE -> List.of(Request.range(session.key("/single/read-"), 0));
            case TXN -> List.of(Request.create(ownKey(worker, number), value, ReplyCheck.NONE));
            case LEASE -> {
                // As etcd's clients count theirs: any positive id that is not in use.
                long lease = (1L << 40) + ((long) worker << 32) + System.nanoTime() % (1L << 31) + 1;
                yield List.of(
                        Request.grant(lease, TTL_SECONDS),
                        Request.putUnderLease(ownKey(worker, number), value, lease),
                        Request.revoke(lease));
            }
        };
    }

    private byte[] readKey(long number) {
        return session.key("/single/read-" + number);
    }

    private byte[] ownKey(int worker, long number) {
        long counted = keys.count() == 0 ? number : number % keys.count();
        return session.key(keys.shared() ? "/single/key-" + counted : "/single/key-" + worker + "-" + counted);
    }
}
