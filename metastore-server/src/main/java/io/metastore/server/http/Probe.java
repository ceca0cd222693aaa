package io.metastore.server.http;

import io.metastore.server.http.Health.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /livez} and {@code /readyz}, whole or one check of them (etcd: server/etcdserver/api/etcdhttp/health.go).
 *
 * @param type that of the whole: livez or readyz
 */
record Probe(String type, List<Check> checks, boolean whole) {
    private static final Logger LOG = LoggerFactory.getLogger(Probe.class);
    private static final Map<String, Probe> BY_PATH = new HashMap<>();

    static {
        register("livez", Check.SERIALIZABLE_READ);
        register("readyz", Check.values());
    }

    private static void register(String type, Check... checks) {
        BY_PATH.put("/" + type, new Probe(type, List.of(checks), true));
        for (Check check : checks) {
            BY_PATH.put("/" + type + "/" + check.checkName(), new Probe(type, List.of(check), false));
        }
    }

    static @Nullable Probe at(String path) {
        return BY_PATH.get(path);
    }

    /**
     * What came out.
     *
     * @param lines one for each check that was run
     */
    record Report(boolean passed, String lines) {}

    /** Runs all but the excluded checks; a single check is not excluded. */
    CompletableFuture<Report> run(Health health, Set<String> excluded) {
        List<Check> wanted = checks.stream()
                .filter(check -> !whole || !excluded.contains(check.checkName()))
                .toList();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (Check check : wanted) {
            answers.add(health.check(check));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    StringBuilder lines = new StringBuilder();
                    boolean passed = true;
                    for (int i = 0; i < wanted.size(); i++) {
                        String failure = answers.get(i).join();
                        String name = wanted.get(i).checkName();
                        passed &= failure.isEmpty();
                        health.checks().add(type, name, failure.isEmpty());
                        lines.append(
                                failure.isEmpty()
                                        ? "[+]%s ok\n".formatted(name)
                                        : "[-]%s failed: %s\n".formatted(name, failure));
                    }
                    if (!passed) {
                        LOG.warn(
                                "health check failed type={} checks={}",
                                type,
                                Arrays.toString(lines.toString().split("\n")));
                    }
                    return new Report(passed, lines.toString());
                });
    }
}
