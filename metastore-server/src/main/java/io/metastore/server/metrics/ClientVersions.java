package io.metastore.server.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Calls by the version that their client says it is of (etcd: v3rpc/interceptor.go). Clients say it in every call, and mostly the
 * same: looking it up makes no object. Thread-safe.
 */
public final class ClientVersions {
    private static final String UNKNOWN = "unknown";
    /** What clients say is not bounded; what comes after so many counts as unknown. */
    private static final int MAX_VERSIONS = 100;

    /** The calls of one version. */
    public static final class Calls {
        private final LongAdder unary = new LongAdder();
        private final LongAdder stream = new LongAdder();

        public void count(boolean isStream) {
            (isStream ? stream : unary).increment();
        }
    }

    /** What a client said. */
    private static final class Said {
        private final byte[] bytes;
        private final Calls calls;

        Said(byte[] bytes, Calls calls) {
            this.bytes = bytes;
            this.calls = calls;
        }
    }

    private final Calls unknown = new Calls();
    private final Map<String, Calls> versions = new ConcurrentHashMap<>(Map.of(UNKNOWN, unknown));
    private volatile Said last = new Said(new byte[0], unknown);

    ClientVersions(Metrics metrics) {
        metrics.counters(
                "etcd_server_client_requests_total",
                "The total number of client requests per client version.",
                this::counts);
    }

    /** The calls of clients that say nothing. */
    public Calls unknown() {
        return unknown;
    }

    /** The calls of clients that say this; the bytes are not kept. */
    public Calls of(byte[] version) {
        Said before = last;
        if (Arrays.equals(before.bytes, version)) {
            return before.calls;
        }
        String text = new String(version, UTF_8);
        Calls calls = versions.get(text);
        if (calls == null) {
            calls = versions.size() < MAX_VERSIONS ? versions.computeIfAbsent(text, name -> new Calls()) : unknown;
        }
        last = new Said(version.clone(), calls);
        return calls;
    }

    private Map<Tags, Number> counts() {
        Map<Tags, Number> counts = new HashMap<>();
        versions.forEach((version, calls) -> {
            put(counts, version, "unary", calls.unary);
            put(counts, version, "stream", calls.stream);
        });
        return counts;
    }

    private static void put(Map<Tags, Number> counts, String version, String type, LongAdder calls) {
        if (calls.sum() > 0) {
            counts.put(Tags.of("client_api_version", version, "type", type), calls);
        }
    }
}
