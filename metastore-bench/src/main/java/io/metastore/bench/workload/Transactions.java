package io.metastore.bench.workload;

import io.metastore.bench.load.ProtoCursor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** W5: create-if-absent transactions: a put if the key has no version, else a get. */
final class Transactions {
    private static final int REPLY_SUCCEEDED = 2;

    private final Session session;
    /** Transactions whose key was there before; event loop only, until the load is over. */
    private long existed;

    private Transactions(Session session) {
        this.session = session;
    }

    static WorkloadResult run(Session session, Plan plan, double allowedErrorPercent) {
        Transactions workload = new Transactions(session);
        List<Script> scripts = new ArrayList<>();
        for (int w = 0; w < plan.workers(); w++) {
            scripts.add(workload.script(w));
        }
        Phase phase = session.run("W5", plan, scripts);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("keys_that_existed", workload.existed);
        details.putAll(session.cost(phase));
        return new WorkloadResult(
                "W5",
                "transactions: %d workers, create if absent; %s".formatted(plan.workers(), session.conditions(plan)),
                List.of(Row.ofOperations("txn", phase)),
                details,
                phase.timeline(),
                phase.tally().errors(),
                allowedErrorPercent,
                phase.failures(),
                Published.W5);
    }

    private Script script(int worker) {
        return (number, startNanos) -> List.of(Request.create(
                session.key("/txn-test/client-" + worker + "/key-" + number),
                Session.bytes("value-" + number),
                (bytes, offset, length) -> {
                    if (new ProtoCursor().over(bytes, offset, length).find(REPLY_SUCCEEDED) == 0) {
                        existed++;
                    }
                    return null;
                }));
    }
}
