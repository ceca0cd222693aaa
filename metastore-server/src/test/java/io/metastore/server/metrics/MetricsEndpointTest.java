package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** What etcd's Grafana dashboard and alert rules ask for of a member that is alone (etcd: contrib/mixin). */
    @ParameterizedTest
    @CsvSource({
        "etcd_server_has_leader, gauge",
        "etcd_server_leader_changes_seen_total, counter",
        "etcd_server_proposals_failed_total, counter",
        "etcd_server_proposals_pending, gauge",
        "etcd_server_proposals_committed_total, gauge",
        "etcd_server_proposals_applied_total, gauge",
        "etcd_server_quota_backend_bytes, gauge",
        "etcd_mvcc_db_total_size_in_bytes, gauge",
        "etcd_mvcc_db_total_size_in_use_in_bytes, gauge",
        "etcd_disk_wal_fsync_duration_seconds, histogram",
        "etcd_disk_backend_commit_duration_seconds, histogram",
        "etcd_network_client_grpc_sent_bytes_total, counter",
        "etcd_network_client_grpc_received_bytes_total, counter",
        "grpc_server_started_total, counter",
        "grpc_server_handled_total, counter",
        "process_resident_memory_bytes, gauge",
        // Others, of every shape.
        "etcd_server_health_success, counter",
        "etcd_debugging_mvcc_keys_total, gauge",
        "etcd_server_version, gauge",
    })
    void dashboardsFindTheirSeries(String name, String type) throws Exception {
        String text = scrape();

        assertThat(text).contains("# TYPE %s %s\n".formatted(name, type));
        assertThat(series(text).keySet()).anyMatch(key -> key.matches(name + "(_bucket)?(\\{.*)?"));
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

    private static double grown(Map<String, Double> before, Map<String, Double> after, String name) {
        assertThat(after).containsKey(name);
        return after.get(name) - before.getOrDefault(name, 0.0);
    }
}
