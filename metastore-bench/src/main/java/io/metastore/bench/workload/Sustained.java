package io.metastore.bench.workload;

import java.util.ArrayList;
import java.util.List;

/** W2: each worker puts new keys for as long as the time allows. */
final class Sustained {
    private Sustained() {}

    static WorkloadResult run(Session session, Plan plan, double allowedErrorPercent) {
        List<Script> scripts = new ArrayList<>();
        for (int w = 0; w < plan.workers(); w++) {
            String prefix = "/sustained/client-" + w + "/op-";
            scripts.add((number, startNanos) ->
                    List.of(Request.put(session.key(prefix + number), Session.bytes("value-" + number))));
        }
        Phase phase = session.run("W2", plan, scripts);
        return new WorkloadResult(
                "W2",
                "sustained: %d workers, PUT of new keys; %s".formatted(plan.workers(), session.conditions(plan)),
                List.of(Row.ofOperations("put", phase)),
                session.cost(phase),
                phase.timeline(),
                phase.tally().errors(),
                allowedErrorPercent,
                phase.failures(),
                Published.W2);
    }
}
