package io.metastore.server;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmType;
import io.metastore.raft.Leadership;
import io.metastore.raft.RaftNode;
import io.metastore.server.audit.AuditLog;
import io.metastore.server.cluster.Membership;
import io.metastore.server.config.FeatureGates;
import io.metastore.server.http.Health;
import io.metastore.server.lease.LeaseKeeper;
import io.metastore.server.metrics.Metrics;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.server.replication.Applier;
import io.metastore.server.replication.Replicator;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.watch.WatchHub;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Which numbers of a member are shown under which names: etcd's, with etcd's types, where they mean the same, so that its
 * dashboards and alerts work (etcd: the metrics.go files, contrib/mixin). Some names of etcd's that end in {@code _total} are
 * gauges there too.
 */
final class MemberMetrics {
    private final Metrics metrics;
    private final Parts parts;

    /** Who is asked. */
    record Parts(
            StateMachine state,
            RaftNode raft,
            Replicator replicator,
            Applier applier,
            WatchHub hub,
            Quota quota,
            LeaseKeeper leases,
            Membership membership,
            PeerNetwork peers,
            Health health,
            long memberId,
            List<FeatureGates.State> features) {}

    MemberMetrics(Metrics metrics, Parts parts) {
        this.metrics = metrics;
        this.parts = parts;
    }

    /** To be told from the start on, as the first leader counts. */
    static Consumer<Leadership> leaderChanges(Metrics metrics) {
        LongAdder changes = new LongAdder();
        AtomicLong last = new AtomicLong();
        metrics.counter("etcd_server_leader_changes_seen_total", "The number of leader changes seen.", changes::sum);
        return leadership -> {
            long leader = leadership.leaderMemberId();
            if (leader != 0 && last.getAndSet(leader) != leader) {
                changes.increment();
            }
        };
    }

    static void slowApplies(Metrics metrics, LongSupplier count) {
        metrics.counter(
                "etcd_server_slow_apply_total",
                "The total number of slow apply requests (likely overloaded from slow disk).",
                count::getAsLong);
    }

    static void audit(Metrics metrics, AuditLog audit) {
        metrics.counter(
                "metastore_audit_lost_total",
                "Lines of the audit log that did not fit or could not be written.",
                audit::lostLines);
        metrics.counter("metastore_audit_written_total", "Lines written to the audit log.", audit::writtenLines);
    }

    void bind() {
        RaftMetrics.bind(metrics, parts.raft());
        new StoreMetrics(metrics).bind(parts.state(), parts.hub());
        new PeerMetrics(metrics, parts.peers(), parts.memberId())
                .bind(parts.state().members());
        new ProcessMetrics(metrics).bind();
        identity();
        proposals();
        leases();
        promotions();
        health(parts.health());
        alarms(parts.state().alarms());
    }

    private void identity() {
        metrics.gauge(
                "etcd_server_version",
                "Which version is running. 1 for 'server_version' label with current version.",
                () -> 1,
                "server_version",
                Version.ETCD);
        metrics.gauge(
                "etcd_server_id",
                "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
                () -> 1,
                "server_id",
                Long.toHexString(parts.memberId()));
        metrics.gauges(
                "etcd_cluster_version",
                "Which version is running. 1 for 'cluster_version' label with current cluster version",
                () -> clusterVersion(parts.state().members().clusterVersion()));
        metrics.gauge(
                "etcd_server_is_learner",
                "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                () -> parts.state().members().find(parts.memberId()).stream().anyMatch(member -> member.learner())
                        ? 1
                        : 0);
        metrics.gauge(
                "etcd_server_quota_backend_bytes",
                "Current backend storage quota size in bytes.",
                parts.quota()::bytes);
        parts.features()
                .forEach(feature -> metrics.gauge(
                        "etcd_server_feature_enabled",
                        "Whether or not a feature is enabled. 1 is enabled, 0 is not.",
                        () -> feature.on() ? 1 : 0,
                        "name",
                        feature.name(),
                        "stage",
                        feature.stage()));
    }

    /** Major and minor alone; nothing until a version is agreed on. */
    private static Map<Tags, Number> clusterVersion(String version) {
        int end = version.lastIndexOf('.');
        return end < 0 ? Map.of() : Map.of(Tags.of("cluster_version", version.substring(0, end)), 1);
    }

    private void proposals() {
        metrics.gauge(
                "etcd_server_proposals_pending",
                "The current number of pending proposals to commit.",
                parts.replicator()::pendingCommands);
        metrics.counter(
                "etcd_server_proposals_failed_total",
                "The total number of failed proposals seen.",
                parts.replicator()::failedCommands);
        metrics.gauge(
                "etcd_server_snapshot_apply_in_progress_total",
                "1 if the server is applying the incoming snapshot. 0 if none.",
                () -> parts.applier().isLoading() ? 1 : 0);
    }

    private void leases() {
        metrics.counter(
                "etcd_debugging_lease_renewed_total",
                "The number of renewed leases seen by the leader.",
                parts.leases()::renewals);
        metrics.counter(
                "etcd_debugging_server_lease_expired_total",
                "The total number of expired leases.",
                parts.leases()::expirations);
    }

    private void promotions() {
        metrics.counter(
                "etcd_server_learner_promote_successes",
                "The total number of successful learner promotions while this member is leader.",
                parts.membership()::promotions);
        metrics.counters(
                "etcd_server_learner_promote_failures",
                "The total number of failed learner promotions (likely learner not ready) while this member is leader.",
                () -> {
                    Map<Tags, Number> reasons = new HashMap<>();
                    parts.membership()
                            .failedPromotions()
                            .forEach((error, count) -> reasons.put(Tags.of("Reason", reason(error)), count));
                    return reasons;
                });
    }

    /** In the words of etcd's own layer, not of its clients' (etcd: api/membership/errors.go). */
    private static String reason(EtcdError error) {
        return switch (error) {
            case MEMBER_NOT_FOUND -> "membership: ID not found";
            case MEMBER_NOT_LEARNER -> "membership: can only promote a learner member";
            default -> error.text();
        };
    }

    private void health(Health health) {
        metrics.counter("etcd_server_health_success", "The total number of successful health checks", health::passed);
        metrics.counter("etcd_server_health_failures", "The total number of failed health checks", health::failed);
        metrics.gauges("etcd_server_healthcheck", "The result of each kind of healthcheck.", health.checks()::results);
        metrics.counters(
                "etcd_server_healthchecks_total",
                "The total number of each kind of healthcheck.",
                health.checks()::totals);
    }

    /** One that is disarmed is shown as 0, once it has been shown as 1. */
    private void alarms(AlarmStore alarms) {
        Set<Tags> seen = ConcurrentHashMap.newKeySet();
        metrics.gauges(
                "etcd_debugging_server_alarms",
                "Alarms for every member in cluster. 1 for 'server_id' label with current ID. 2 for 'alarm_type' label with type of this alarm",
                () -> {
                    Map<Tags, Number> raised = new HashMap<>();
                    seen.forEach(labels -> raised.put(labels, 0));
                    for (AlarmMember alarm : alarms.active(AlarmType.NONE)) {
                        Tags labels = Tags.of(
                                "server_id",
                                Long.toHexString(alarm.getMemberID()),
                                "alarm_type",
                                alarm.getAlarm().name());
                        seen.add(labels);
                        raised.put(labels, 1);
                    }
                    return raised;
                });
    }
}
