package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.metastore.server.MetaStoreServer;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.metrics.Scrape.Family;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one member shows, beside what a real etcd does; what is about other members is in {@code ClusterMetricsTest}. */
@Timeout(60)
class EtcdMetricsTest {
    @TempDir
    Path directory;

    private MetaStoreServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = MetaStoreServer.builder()
                .dataDir(directory)
                .engine(StorageEngine.MEMORY)
                .option(Flag.METRICS, "extensive")
                .build()
                .start();
        channel = server.channel();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private String endpoint() {
        return server.clientEndpoints().get(0);
    }

    @Test
    void allIsAsInEtcdOrSaidToBeAbsent() throws Exception {
        AllKindsOfCalls.make(channel, endpoint());

        Map<String, Family> here = Scrape.of(endpoint()).families();
        Map<String, Family> expected = EtcdMetrics.families();
        expected.keySet().removeIf(EtcdMetrics::isAboutPeers);
        for (String name : new TreeSet<>(expected.keySet())) {
            if (EtcdMetrics.isAbsent(name)) {
                assertThat(here).doesNotContainKey(name);
                expected.remove(name);
            }
        }

        Map<String, Family> same = new TreeMap<>(here);
        same.keySet().removeIf(name -> name.startsWith("metastore_"));
        assertThat(same).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void theDocumentsNameEachFamilyOnceAndNoOther() throws Exception {
        List<Pattern> named = new ArrayList<>(EtcdMetrics.shown());
        named.addAll(EtcdMetrics.absent());

        assertThat(EtcdMetrics.absent()).isNotEmpty();
        assertThat(EtcdMetrics.families().keySet()).allSatisfy(family -> assertThat(named)
                .filteredOn(name -> name.matcher(family).matches())
                .hasSize(1));
        assertThat(named).allSatisfy(name -> assertThat(EtcdMetrics.families().keySet())
                .anyMatch(family -> name.matcher(family).matches()));
    }

    @Test
    void whatWasDoneIsCounted() throws Exception {
        Scrape before = Scrape.of(endpoint());
        AllKindsOfCalls.make(channel, endpoint());
        Scrape after = Scrape.of(endpoint());

        assertThat(after.grown("etcd_server_request_duration_seconds_count{success=\"true\",type=\"Put\"}", before))
                .isEqualTo(2);
        assertThat(after.grown("etcd_server_request_duration_seconds_count{success=\"true\",type=\"Range\"}", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_server_request_duration_seconds_count{success=\"false\",type=\"Range\"}", before))
                .isEqualTo(1);
        assertThat(after.grown(
                        "etcd_server_request_duration_seconds_count{success=\"true\",type=\"ReadonlyTxn\"}", before))
                .isEqualTo(1);
        assertThat(after.grown(
                        "etcd_server_apply_duration_seconds_count{op=\"Put\",success=\"true\",version=\"v3\"}", before))
                .isEqualTo(1);
        assertThat(after.grown(
                        "etcd_server_apply_duration_seconds_count{op=\"Put\",success=\"false\",version=\"v3\"}",
                        before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_server_range_duration_seconds_count{success=\"true\"}", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_server_range_duration_seconds_count{success=\"false\"}", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_debugging_lease_ttl_total_bucket{le=\"128\"}", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_debugging_lease_ttl_total_bucket{le=\"64\"}", before))
                .isZero();
        assertThat(after.grown("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_mvcc_hash_rev_duration_seconds_count", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_disk_backend_defrag_duration_seconds_count", before))
                .isEqualTo(1);
        assertThat(after.grown("etcd_disk_backend_snapshot_duration_seconds_count", before))
                .isEqualTo(1);
        assertThat(after.value("etcd_mvcc_db_open_read_transactions")).isZero();
        assertThat(after.value("etcd_server_learner_promote_failures{Reason=\"membership: ID not found\"}"))
                .isEqualTo(1);
        assertThat(after.value(
                        "etcd_server_healthchecks_total{name=\"serializable_read\",status=\"success\",type=\"livez\"}"))
                .isEqualTo(1);
        assertThat(after.value("etcd_debugging_server_alarms{alarm_type=\"NOSPACE\",server_id=\"7\"}"))
                .isZero();
        assertThat(after.grown("etcd_disk_wal_write_bytes_total", before)).isPositive();
        assertThat(after.value("etcd_disk_wal_write_duration_seconds_count"))
                .isEqualTo(after.value("etcd_disk_wal_fsync_duration_seconds_count"));
        String put = "{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
        assertThat(after.grown("grpc_server_handling_seconds_count" + put, before))
                .isEqualTo(2);
    }
}
