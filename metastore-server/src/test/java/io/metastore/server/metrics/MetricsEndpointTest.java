package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.ServerConfig.StorageEngine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape finds. */
@Timeout(60)
class MetricsEndpointTest {
    @TempDir
    Path directory;

    private MetaStoreServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = MetaStoreServer.builder()
                .dataDir(directory)
                .engine(StorageEngine.MEMORY)
                .build()
                .start();
        channel = server.channel();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private String scrape() throws Exception {
        URI uri = URI.create("http://" + server.clientEndpoints().get(0) + "/metrics");
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
        return response.body();
    }

    /** Series with their labels, and values. */
    private static Map<String, Double> series(String text) {
        Map<String, Double> series = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return series;
    }

    @Test
    void bucketsAreEtcds() throws Exception {
        assertThat(series(scrape()).keySet())
                .contains(
                        "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.001\"}",
                        "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"8.192\"}",
                        "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"}",
                        "etcd_disk_wal_fsync_duration_seconds_sum");
    }

    @Test
    void callsAndOperationsAreCounted() throws Exception {
        ByteString key = ByteString.copyFromUtf8("key");
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        Map<String, Double> before = series(scrape());
        kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
        kv.put(PutRequest.newBuilder().setKey(key).build());
        kv.range(RangeRequest.newBuilder().setKey(key).build());
        kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
        Status.Code code = Status.Code.OK;
        try {
            kv.put(PutRequest.getDefaultInstance());
        } catch (io.grpc.StatusRuntimeException refused) {
            code = refused.getStatus().getCode();
        }
        assertThat(code).isEqualTo(Status.Code.INVALID_ARGUMENT);

        Map<String, Double> after = series(scrape());

        String put = "{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
        assertThat(grown(before, after, "grpc_server_started_total" + put)).isEqualTo(3);
        assertThat(grown(before, after, "grpc_server_msg_received_total" + put)).isEqualTo(3);
        assertThat(grown(before, after, "grpc_server_msg_sent_total" + put)).isEqualTo(2);
        assertThat(grown(before, after, "grpc_server_handled_total" + put.replace("{", "{grpc_code=\"OK\",")))
                .isEqualTo(2);
        assertThat(grown(
                        before,
                        after,
                        "grpc_server_handled_total" + put.replace("{", "{grpc_code=\"InvalidArgument\",")))
                .isEqualTo(1);
        assertThat(grown(before, after, "etcd_mvcc_put_total")).isEqualTo(2);
        assertThat(grown(before, after, "etcd_mvcc_delete_total")).isEqualTo(1);
        assertThat(grown(before, after, "etcd_mvcc_range_total")).isEqualTo(1);
        assertThat(grown(before, after, "etcd_debugging_mvcc_total_put_size_in_bytes"))
                .isEqualTo(9);
        assertThat(after).containsEntry("etcd_debugging_mvcc_keys_total", 0.0);
        assertThat(grown(before, after, "etcd_disk_backend_commit_duration_seconds_count"))
                .isBetween(1.0, 3.0);
    }

    @Test
    void rangeStreamsAreCountedWithAllThatTheySend() throws Exception {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        ByteString all = ByteString.copyFrom(new byte[] {0});
        for (int i = 0; i < 50; i++) {
            kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key-" + i))
                    .build());
        }
        Map<String, Double> before = series(scrape());
        RangeRequest range =
                RangeRequest.newBuilder().setKey(all).setRangeEnd(all).build();
        int parts = 0;
        var answers = kv.rangeStream(range);
        while (answers.hasNext()) {
            answers.next();
            parts++;
        }
        Iterator<?> refused = kv.rangeStream(
                range.toBuilder().setSortOrder(RangeRequest.SortOrder.DESCEND).build());
        assertThat(catchThrowable(refused::hasNext)).isInstanceOf(io.grpc.StatusRuntimeException.class);

        Map<String, Double> after = series(scrape());

        String stream = "{grpc_method=\"RangeStream\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"server_stream\"}";
        assertThat(parts).isGreaterThan(1);
        assertThat(grown(before, after, "grpc_server_started_total" + stream)).isEqualTo(2);
        assertThat(grown(before, after, "grpc_server_msg_received_total" + stream))
                .isEqualTo(2);
        assertThat(grown(before, after, "grpc_server_msg_sent_total" + stream)).isEqualTo(parts);
        assertThat(grown(before, after, "grpc_server_handled_total" + stream.replace("{", "{grpc_code=\"OK\",")))
                .isEqualTo(1);
        assertThat(after.entrySet().stream()
                        .filter(one -> one.getKey().startsWith("grpc_server_handled_total{")
                                && one.getKey().contains("\"RangeStream\""))
                        .mapToDouble(one -> one.getValue() - before.getOrDefault(one.getKey(), 0.0))
                        .sum())
                .isEqualTo(2);
        assertThat(grown(before, after, "etcd_network_client_grpc_sent_bytes_total"))
                .isGreaterThan(50 * "key-0".length());
    }

    private static double grown(Map<String, Double> before, Map<String, Double> after, String name) {
        assertThat(after).containsKey(name);
        return after.get(name) - before.getOrDefault(name, 0.0);
    }
}
