package io.metastore.bench.compare;

import io.metastore.bench.arena.Contender;
import io.metastore.bench.arena.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A server that writes an audit log, and tells how many lines of it were lost. */
record AuditSide(String name, Contender contender) implements Side {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    static AuditSide of(String name, Contender contender, Path log) {
        return new AuditSide(name, contender.with("--audit-log=" + log));
    }

    /** Both count from the start of the server. */
    @Override
    public Map<String, Object> remarks(ServerProcess server) {
        String metrics = metrics(server);
        Map<String, Object> remarks = new LinkedHashMap<>();
        remarks.put("audit_lines_lost", counter(metrics, "metastore_audit_lost_total"));
        remarks.put("audit_lines_written", counter(metrics, "metastore_audit_written_total"));
        return remarks;
    }

    private static String metrics(ServerProcess server) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + server.endpoint() + "/metrics"))
                .timeout(LIMIT)
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new IllegalStateException("no metrics: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The value of a counter without labels in Prometheus' text format. */
    static long counter(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line ->
                        (long) Double.parseDouble(line.substring(name.length()).trim()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no metric " + name));
    }
}
