package io.metastore.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.server.cluster.LocalCluster.LocalMember;
import io.metastore.server.config.Flag;
import io.metastore.server.metrics.EtcdMetrics;
import io.metastore.server.metrics.MixinSeries;
import io.metastore.server.metrics.Scrape;
import io.metastore.server.metrics.Scrape.Family;
import io.metastore.server.process.Eventually;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What members show of each other, beside what those of a real etcd do. */
@Timeout(90)
class ClusterMetricsTest {
    @TempDir
    Path directory;

    private LocalCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new LocalCluster(
                directory,
                3,
                Map.of(Flag.STRICT_RECONFIG_CHECK, "false", Flag.METRICS, "extensive", Flag.SNAPSHOT_COUNT, "5"));
    }

    @AfterEach
    void close() {
        cluster.close();
        assertThat(cluster.failures).isEmpty();
    }

    private static Scrape scrape(LocalMember member) throws Exception {
        return Scrape.of(member.server().clientEndpoints().get(0));
    }

    @Test
    void allAboutPeersIsAsInEtcd() throws Exception {
        LocalMember leader = cluster.awaitLeader();
        for (int i = 0; i < 20; i++) {
            put(leader, "key-" + i);
        }
        LocalMember joined = join(leader);
        LocalMember leaving = cluster.awaitFollower();
        String left = Long.toHexString(leaving.id());
        cluster.stop(leaving);

        Map<String, Family> expected = EtcdMetrics.families();
        expected.keySet().removeIf(name -> !EtcdMetrics.isAboutPeers(name));
        for (String name : EtcdMetrics.families().keySet()) {
            if (EtcdMetrics.isAbsent(name)) {
                expected.remove(name);
            }
        }
        soon(() -> {
            Map<String, Family> here = new TreeMap<>(scrape(joined).families());
            here.putAll(scrape(cluster.awaitLeader()).families());
            here.keySet().removeIf(name -> !EtcdMetrics.isAboutPeers(name));
            assertThat(here).containsExactlyInAnyOrderEntriesOf(expected);
        });
        Scrape last = scrape(cluster.awaitLeader());
        String local = Long.toHexString(cluster.awaitLeader().id());
        assertThat(last.value("etcd_network_active_peers{Local=\"%s\",Remote=\"%s\"}".formatted(local, left)))
                .isZero();
        assertThat(last.value("etcd_network_known_peers{Local=\"%s\",Remote=\"%s\"}".formatted(local, local)))
                .isEqualTo(1);
        soon(() -> assertThat(scrape(cluster.awaitLeader())
                        .value("etcd_network_peer_sent_failures_total{To=\"%s\"}".formatted(left)))
                .isPositive());
    }

    private interface Assertion {
        void run() throws Exception;
    }

    private static void soon(Assertion assertion) throws Exception {
        var unused = Eventually.answer(LocalCluster.BOUND, () -> {
            assertion.run();
            return true;
        });
    }

    /** By snapshot: the log before it is gone. */
    private LocalMember join(LocalMember leader) throws Exception {
        String url = cluster.newPeerUrl("m4");
        var unused = ClusterGrpc.newBlockingStub(leader.channel())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).build());
        return cluster.join("m4");
    }

    @Test
    void dashboardAndAlertsFindTheirSeriesAtEachMember() throws Exception {
        put(cluster.awaitLeader(), "key");

        for (LocalMember member : cluster.members()) {
            soon(() -> {
                Scrape scrape = scrape(member);
                assertThat(MixinSeries.ALL).allMatch(series -> scrape.has(series.name(), series.labels()));
            });
        }
    }

    private static void put(LocalMember member, String key) {
        var unused = KVGrpc.newBlockingStub(member.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build());
    }
}
