package io.metastore.server.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What clients call, by method: the names of go-grpc-prometheus, which etcd has registered (etcd:
 * server/etcdserver/api/v3rpc/grpc.go). All methods are there from the start, at 0, with all codes.
 */
public final class CallMetrics {
    /** Those of Go's client library. */
    private static final Buckets TIMES = new Buckets(
            List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0), Buckets.NANOS_PER_SECOND);

    private final Metrics metrics;
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final Map<String, CallCounters> methods = new ConcurrentHashMap<>();

    private final ClientVersions clients;
    private final @Nullable Histograms times;

    /**
     * @param extensive whether calls are timed (etcd: --metrics)
     */
    public CallMetrics(Metrics metrics, boolean extensive) {
        this.metrics = metrics;
        this.clients = new ClientVersions(metrics);
        this.times = extensive
                ? metrics.histograms(
                        "grpc_server_handling_seconds",
                        "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.",
                        TIMES)
                : null;
        metrics.counter(
                "etcd_network_client_grpc_received_bytes_total",
                "The total number of bytes received from grpc clients.",
                receivedBytes::sum);
        metrics.counter(
                "etcd_network_client_grpc_sent_bytes_total",
                "The total number of bytes sent to grpc clients.",
                sentBytes::sum);
    }

    /** Calls by the version of their client. */
    public ClientVersions clients() {
        return clients;
    }

    /**
     * The counters of a method.
     *
     * @param type UNARY, CLIENT_STREAMING, SERVER_STREAMING or BIDI_STREAMING
     */
    public CallCounters of(String service, String method, String type) {
        return methods.computeIfAbsent(service + "/" + method, name -> register(service, method, type));
    }

    private CallCounters register(String service, String method, String type) {
        String[] labels = {
            "grpc_type",
            type.toLowerCase(Locale.ROOT).replace("streaming", "stream"),
            "grpc_service",
            service,
            "grpc_method",
            method
        };
        CallCounters calls =
                new CallCounters(StatusCodes.COUNT, receivedBytes, sentBytes, times == null ? null : times.of(labels));
        metrics.counter(
                "grpc_server_started_total",
                "Total number of RPCs started on the server.",
                calls::startedCount,
                labels);
        metrics.counter(
                "grpc_server_msg_received_total",
                "Total number of RPC stream messages received on the server.",
                calls::receivedCount,
                labels);
        metrics.counter(
                "grpc_server_msg_sent_total",
                "Total number of gRPC stream messages sent by the server.",
                calls::sentCount,
                labels);
        for (int code = 0; code < StatusCodes.COUNT; code++) {
            int number = code;
            String[] more = Arrays.copyOf(labels, labels.length + 2);
            more[labels.length] = "grpc_code";
            more[labels.length + 1] = StatusCodes.nameOf(code);
            metrics.counter(
                    "grpc_server_handled_total",
                    "Total number of RPCs completed on the server, regardless of success or failure.",
                    () -> calls.handledCount(number),
                    more);
        }
        return calls;
    }
}
