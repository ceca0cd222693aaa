package io.metastore.bench.workload;

import io.metastore.bench.load.ProtoCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** W6: one worker puts keys, overwrites them, compacts to the current revision and gets some, each phase by itself. */
final class Compaction {
    private static final int REPLY_HEADER = 1;
    private static final int HEADER_REVISION = 3;

    private final Session session;
    private final int keys;
    private final Duration limit;
    /** Of the newest put; event loop only, until the load is over. */
    private long revision;

    private Compaction(Session session, int keys, Duration limit) {
        this.session = session;
        this.keys = keys;
        this.limit = limit;
    }

    /** Physical: a compaction that is answered when the old revisions are gone, not when they are out of reach. */
    static WorkloadResult run(Session session, int keys, boolean physical, Duration limit, double allowedErrorPercent) {
        Compaction workload = new Compaction(session, keys, limit);
        List<Phase> phases = List.of(
                workload.phase("W6 put", keys, workload.puts("value-")),
                workload.phase("W6 overwrite", keys, workload.puts("updated-value-")),
                workload.phase(
                        "W6 compact", 1, (number, startNanos) -> List.of(Request.compact(workload.revision, physical))),
                workload.phase("W6 get", Math.max(500, keys / 10), workload.gets()));
        List<Row> rows = new ArrayList<>();
        Errors errors = new Errors();
        List<String> failures = new ArrayList<>();
        for (Phase phase : phases) {
            rows.add(Row.ofOperations(phase.name().substring("W6 ".length()), phase));
            errors.addAll(phase.tally().errors());
            phase.failures().forEach(failure -> failures.add(phase.name() + ": " + failure));
        }
        return new WorkloadResult(
                "W6",
                String.format(
                        Locale.ROOT,
                        "compaction%s: 1 worker, %d keys; 1 connection, closed loop, %s",
                        physical ? ", physical" : "",
                        keys,
                        session.target().endpoint()),
                rows,
                session.server(),
                List.of(),
                errors,
                allowedErrorPercent,
                failures,
                Published.W6);
    }

    private Phase phase(String name, long operations, Script script) {
        return session.run(name, new Plan(1, operations, limit, 0), List.of(script));
    }

    private byte[] key(long number) {
        return session.key(String.format(Locale.ROOT, "/rocksdb-compact/key-%05d", number));
    }

    private Script puts(String value) {
        return (number, startNanos) ->
                List.of(Request.put(key(number), Session.bytes(value + number), this::noteRevision));
    }

    private Script gets() {
        return (number, startNanos) -> {
            long key = number % keys;
            return List.of(Request.get(key(key), Session.bytes("updated-value-" + key)));
        };
    }

    private @Nullable String noteRevision(byte[] bytes, int offset, int length) {
        ProtoCursor reply = new ProtoCursor().over(bytes, offset, length);
        while (reply.next()) {
            if (reply.field() == REPLY_HEADER) {
                revision = new ProtoCursor().into(reply).find(HEADER_REVISION);
            }
        }
        return null;
    }
}
