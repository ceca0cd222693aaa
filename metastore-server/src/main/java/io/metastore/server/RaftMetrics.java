package io.metastore.server;

import io.metastore.raft.RaftNode;
import io.metastore.raft.RaftObserver;
import io.metastore.server.metrics.Buckets;
import io.metastore.server.metrics.Histogram;
import io.metastore.server.metrics.Histograms;
import io.metastore.server.metrics.Metrics;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What raft's log, snapshots and heartbeats take (etcd: storage/wal, api/snap, api/rafthttp: metrics.go). Snapshots that
 * members send each other are told apart by member.
 */
final class RaftMetrics implements RaftObserver {
    private final Histogram writes;
    private final Histogram syncs;
    private final Histogram snapshotSyncs;
    private final Histogram snapshotSaves;
    private final LongAdder writtenBytes = new LongAdder();
    private final LongAdder lateHeartbeats = new LongAdder();
    private final Transfers sent;
    private final Transfers received;

    RaftMetrics(Metrics metrics) {
        Buckets buckets = Buckets.seconds(0.001, 14);
        writes = metrics.histogram(
                "etcd_disk_wal_write_duration_seconds", "The latency distributions of write called by WAL.", buckets);
        syncs = metrics.histogram(
                "etcd_disk_wal_fsync_duration_seconds", "The latency distributions of fsync called by WAL.", buckets);
        snapshotSyncs = metrics.histogram(
                "etcd_snap_fsync_duration_seconds", "The latency distributions of fsync called by snap.", buckets);
        snapshotSaves = metrics.histogram(
                "etcd_debugging_snap_save_total_duration_seconds",
                "The total latency distributions of save called by snapshot.",
                buckets);
        metrics.gauge("etcd_disk_wal_write_bytes_total", "Total number of bytes written in WAL.", writtenBytes::sum);
        metrics.counter(
                "etcd_server_heartbeat_send_failures_total",
                "The total number of leader heartbeat send failures (likely overloaded from slow disk).",
                lateHeartbeats::sum);
        sent = new Transfers(metrics, "send", "To");
        received = new Transfers(metrics, "receive", "From");
    }

    /** What a member that has started tells when it is asked. */
    static void bind(Metrics metrics, RaftNode raft) {
        metrics.gauge(
                "etcd_server_has_leader",
                "Whether or not a leader exists. 1 is existence, 0 is not.",
                () -> raft.leadership().hasLeader() ? 1 : 0);
        metrics.gauge(
                "etcd_server_is_leader",
                "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                () -> raft.leadership().self() ? 1 : 0);
        metrics.gauge(
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                raft::committedIndex);
        metrics.gauge(
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                raft::appliedIndex);
        metrics.counter(
                "etcd_server_read_indexes_failed_total",
                "The total number of failed read indexes seen.",
                raft.reads()::failures);
        metrics.counter(
                "etcd_server_slow_read_indexes_total",
                "The total number of pending read indexes not in sync with leader's or timed out read index requests.",
                raft.reads()::slowRounds);
    }

    @Override
    public void written(long bytes, long nanos) {
        writtenBytes.add(bytes);
        writes.accept(nanos);
    }

    @Override
    public void synced(long nanos) {
        syncs.accept(nanos);
    }

    @Override
    public void snapshotSynced(long nanos) {
        snapshotSyncs.accept(nanos);
    }

    @Override
    public void snapshotSaved(long nanos) {
        snapshotSaves.accept(nanos);
    }

    @Override
    public void snapshotSending(long member) {
        sent.begun(member);
    }

    @Override
    public void snapshotSent(long member, boolean success, long nanos) {
        sent.ended(member, success, nanos);
    }

    @Override
    public void snapshotReceiving(long member) {
        received.begun(member);
    }

    @Override
    public void snapshotReceived(long member, boolean success, long nanos) {
        received.ended(member, success, nanos);
    }

    @Override
    public void heartbeatLate(long member) {
        lateHeartbeats.increment();
    }

    /** Snapshots in one direction, by the other member. */
    private static final class Transfers {
        private final String label;
        private final Map<Long, LongAdder> inFlight = new ConcurrentHashMap<>();
        private final Map<Long, LongAdder> successes = new ConcurrentHashMap<>();
        private final Map<Long, LongAdder> failures = new ConcurrentHashMap<>();
        private final Histograms durations;

        Transfers(Metrics metrics, String verb, String label) {
            this.label = label;
            String name = "etcd_network_snapshot_" + verb;
            metrics.gauges(
                    name + "_inflights_total",
                    "Total number of inflight snapshot %ss".formatted(verb),
                    () -> byMember(inFlight));
            metrics.counters(
                    name + "_success",
                    "Total number of successful snapshot %ss".formatted(verb),
                    () -> byMember(successes));
            metrics.counters(
                    name + "_failures",
                    "Total number of snapshot %s failures".formatted(verb),
                    () -> byMember(failures));
            durations = metrics.histograms(
                    name + "_total_duration_seconds",
                    "Total latency distributions of v3 snapshot %ss".formatted(verb),
                    Buckets.seconds(0.1, 10));
        }

        void begun(long member) {
            of(inFlight, member).increment();
            // Shown from the first on, both.
            of(successes, member).add(0);
            of(failures, member).add(0);
        }

        void ended(long member, boolean success, long nanos) {
            of(inFlight, member).decrement();
            of(success ? successes : failures, member).increment();
            if (success) {
                durations.of(label, Long.toHexString(member)).accept(nanos);
            }
        }

        private static LongAdder of(Map<Long, LongAdder> counts, long member) {
            return counts.computeIfAbsent(member, id -> new LongAdder());
        }

        private Map<Tags, Number> byMember(Map<Long, LongAdder> counts) {
            Map<Tags, Number> labelled = new HashMap<>();
            counts.forEach((member, count) -> labelled.put(Tags.of(label, Long.toHexString(member)), count));
            return labelled;
        }
    }
}
