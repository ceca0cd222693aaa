package io.metastore.server.metrics;

import java.util.List;
import java.util.Map;

/**
 * What etcd's alert rules and its Grafana dashboard ask for (etcd: contrib/mixin, alerts and dashboards).
 *
 * @param asker the rule or the panel
 * @param name of the series; of a histogram, its buckets
 * @param labels that are selected or shown, and regular expressions of their values
 */
public record MixinSeries(String asker, String name, Map<String, String> labels) {
    private static final String FAILURES =
            "Unknown|FailedPrecondition|ResourceExhausted|Internal|Unavailable|DataLoss|DeadlineExceeded";
    private static final Map<String, String> UNARY = Map.of("grpc_type", "unary");
    private static final String ANY = ".+";

    public static final List<MixinSeries> ALL = List.of(
            of("etcdMembersDown", "etcd_network_peer_sent_failures_total", Map.of("To", ANY)),
            of("etcdNoLeader", "etcd_server_has_leader"),
            of("etcdHighNumberOfLeaderChanges", "etcd_server_leader_changes_seen_total"),
            of(
                    "etcdHighNumberOfFailedGRPCRequests",
                    "grpc_server_handled_total",
                    Map.of("grpc_code", FAILURES, "grpc_type", ANY, "grpc_service", ANY, "grpc_method", ANY)),
            of(
                    "etcdGRPCRequestsSlow",
                    "grpc_server_handling_seconds_bucket",
                    Map.of("grpc_type", "unary", "grpc_method", "(?!Defragment).+", "le", ANY)),
            of(
                    "etcdMemberCommunicationSlow",
                    "etcd_network_peer_round_trip_time_seconds_bucket",
                    Map.of("To", ANY, "le", ANY)),
            of("etcdHighNumberOfFailedProposals", "etcd_server_proposals_failed_total"),
            of("etcdHighFsyncDurations", "etcd_disk_wal_fsync_duration_seconds_bucket", Map.of("le", ANY)),
            of("etcdHighCommitDurations", "etcd_disk_backend_commit_duration_seconds_bucket", Map.of("le", ANY)),
            of("etcdDatabaseQuotaLowSpace", "etcd_mvcc_db_total_size_in_bytes"),
            of("etcdExcessiveDatabaseGrowth", "etcd_server_quota_backend_bytes"),
            of("etcdDatabaseHighFragmentationRatio", "etcd_mvcc_db_total_size_in_use_in_bytes"),
            of("RPC rate", "grpc_server_started_total", UNARY),
            of("RPC failed rate", "grpc_server_handled_total", Map.of("grpc_type", "unary", "grpc_code", FAILURES)),
            of("Watch streams", "grpc_server_started_total", streams("Watch")),
            of("Watch streams", "grpc_server_handled_total", streams("Watch")),
            of("Lease streams", "grpc_server_started_total", streams("Lease")),
            of("Lease streams", "grpc_server_handled_total", streams("Lease")),
            of("Resident memory", "process_resident_memory_bytes"),
            of("Client traffic in", "etcd_network_client_grpc_received_bytes_total"),
            of("Client traffic out", "etcd_network_client_grpc_sent_bytes_total"),
            of("Peer traffic in", "etcd_network_peer_received_bytes_total"),
            of("Peer traffic out", "etcd_network_peer_sent_bytes_total"),
            of("Raft proposals", "etcd_server_proposals_committed_total"),
            of("Raft proposals", "etcd_server_proposals_applied_total"),
            of("Raft proposals", "etcd_server_proposals_pending"));

    private static MixinSeries of(String asker, String name) {
        return of(asker, name, Map.of());
    }

    private static MixinSeries of(String asker, String name, Map<String, String> labels) {
        return new MixinSeries(asker, name, labels);
    }

    private static Map<String, String> streams(String service) {
        return Map.of("grpc_service", "etcdserverpb\\." + service, "grpc_type", "bidi_stream");
    }
}
