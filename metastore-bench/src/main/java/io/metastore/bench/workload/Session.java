package io.metastore.bench.workload;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.load.LoadTarget;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What every workload needs: the server, the prefix of all its keys, and where progress is shown. */
record Session(LoadTarget target, String keyPrefix, Progress progress) {

    byte[] key(String name) {
        return bytes(keyPrefix + name);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One load on connections of its own. */
    Phase run(String name, Plan plan, List<Script> scripts) {
        List<Http2Connection> connections = target.connect();
        try {
            return run(name, plan, scripts, connections);
        } finally {
            target.client().close(connections);
        }
    }

    Phase run(String name, Plan plan, List<Script> scripts, List<Http2Connection> connections) {
        return new Crew(target, connections, plan).run(name, scripts, progress);
    }

    /** Where and how it ran, for the title. */
    String conditions(Plan plan) {
        String pace =
                plan.openLoop() ? String.format(Locale.ROOT, "open loop at %.0f/s", plan.perSecond()) : "closed loop";
        return "%d connection%s, %s, %s"
                .formatted(target.connectionCount(), target.connectionCount() == 1 ? "" : "s", pace, target.endpoint());
    }

    /** What it cost; of the server only if its process is known. */
    Map<String, Object> cost(Phase phase) {
        Map<String, Object> cost = new LinkedHashMap<>();
        cost.put("seconds", decimals(phase.cpu().nanos() / 1e9));
        cost.put("client_cpu_seconds", decimals(phase.cpu().clientNanos() / 1e9));
        cost.put("foreign_cpu_percent", decimals(phase.cpu().foreignShare() * 100));
        if (!target.serverPids().isEmpty()) {
            cost.put("server_cpu_seconds", decimals(phase.cpu().serverNanos() / 1e9));
        }
        cost.putAll(server());
        return cost;
    }

    /** How it stands now; empty if its process is not known. */
    Map<String, Object> server() {
        return target.serverPids().isEmpty()
                ? Map.of()
                : Map.of("server_rss_bytes", target.memory().residentBytes());
    }

    static double decimals(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
