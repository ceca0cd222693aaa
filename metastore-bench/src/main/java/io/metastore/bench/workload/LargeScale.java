package io.metastore.bench.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** W1: each worker puts a new key and gets it again. An operation is the pair, and so is its latency. */
final class LargeScale {
    private LargeScale() {}

    static WorkloadResult run(Session session, Plan plan, double allowedErrorPercent) {
        List<Script> scripts = new ArrayList<>();
        for (int w = 0; w < plan.workers(); w++) {
            scripts.add(script(session, w));
        }
        Phase phase = session.run("W1", plan, scripts);
        List<Row> rows = new ArrayList<>(List.of(Row.ofOperations("pair", phase)));
        rows.addAll(Row.ofCalls(phase, Kind.PUT, Kind.GET));
        Map<String, Object> details = new LinkedHashMap<>();
        details.put(
                "rpc_per_second", Session.decimals(phase.perSecond(phase.tally().calls())));
        details.putAll(session.cost(phase));
        return new WorkloadResult(
                "W1",
                "large scale: %d workers, PUT + GET pairs; %s".formatted(plan.workers(), session.conditions(plan)),
                rows,
                details,
                phase.timeline(),
                phase.tally().errors(),
                allowedErrorPercent,
                phase.failures(),
                Published.W1);
    }

    private static Script script(Session session, int worker) {
        return (number, startNanos) -> {
            byte[] key = session.key("/load-test/client-" + worker + "/key-" + number);
            byte[] value = Session.bytes("value-" + worker + "-" + number);
            return List.of(Request.put(key, value), Request.get(key, value));
        };
    }
}
