package io.metastore.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.api.rpc.AlarmType;
import io.metastore.raft.Leadership;
import io.metastore.raft.RaftNode;
import io.metastore.server.audit.AuditLog;
import io.metastore.server.http.Health;
import io.metastore.server.metrics.Metrics;
import io.metastore.server.replication.Applier;
import io.metastore.server.replication.Replicator;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.LeaseListener;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.OperationCounts;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.watch.WatchHub;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Which numbers of a member are shown under which names: etcd's, with etcd's types, where they mean the same, so that its
 * dashboards and alerts work (etcd: the metrics.go files, contrib/mixin). Some names of etcd's that end in {@code _total} are
 * gauges there too.
 */
final class MemberMetrics {
    private static final double FIRST_BUCKET_SECONDS = 0.001;
    private static final int BUCKETS = 14;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Metrics metrics;

    MemberMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    static LongConsumer syncs(Metrics metrics) {
        return metrics.histogram(
                "etcd_disk_wal_fsync_duration_seconds",
                "The latency distributions of fsync called by WAL.",
                FIRST_BUCKET_SECONDS,
                BUCKETS);
    }

    static LongConsumer commits(Metrics metrics) {
        return metrics.histogram(
                "etcd_disk_backend_commit_duration_seconds",
                "The latency distributions of commit called by backend.",
                FIRST_BUCKET_SECONDS,
                BUCKETS);
    }

    static void slowApplies(Metrics metrics, LongSupplier count) {
        metrics.counter(
                "etcd_server_slow_apply_total",
                "The total number of slow apply requests (likely overloaded from slow disk).",
                count);
    }

    static void audit(Metrics metrics, AuditLog audit) {
        metrics.counter(
                "metastore_audit_lost_total",
                "Lines of the audit log that did not fit or could not be written.",
                audit::lostLines);
        metrics.counter("metastore_audit_written_total", "Lines written to the audit log.", audit::writtenLines);
    }

    void bind(
            StateMachine state,
            RaftNode raft,
            Replicator replicator,
            WatchHub hub,
            Quota quota,
            Applier applier,
            Health health,
            long memberId) {
        raft(state, raft, replicator, memberId);
        applier.onLeadership(leaderChanges());
        store(state, quota);
        state.leases().addListener(leases());
        watches(hub);
        health(health);
        process();
        metrics.gauge("etcd_server_version", "Which version is running.", () -> 1, "server_version", Version.ETCD);
        metrics.gauge(
                "etcd_server_id",
                "Server or member ID in hexadecimal format.",
                () -> 1,
                "server_id",
                "%x".formatted(memberId));
        clusterVersion(state.members());
    }

    /** A time series of its own for each version that was agreed on since the start; that of the present one says 1. */
    private void clusterVersion(MemberStore members) {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        members.onChange(() -> {
            String version = minor(members.clusterVersion());
            if (!version.isEmpty() && seen.add(version)) {
                metrics.gauge(
                        "etcd_cluster_version",
                        "Which version the cluster has agreed on.",
                        () -> version.equals(minor(members.clusterVersion())) ? 1 : 0,
                        "cluster_version",
                        version);
            }
        });
    }

    private static String minor(String version) {
        return version.substring(0, Math.max(0, version.lastIndexOf('.')));
    }

    private void raft(StateMachine state, RaftNode raft, Replicator replicator, long memberId) {
        metrics.gauge(
                "etcd_server_has_leader",
                "Whether or not a leader exists.",
                () -> raft.leadership().hasLeader() ? 1 : 0);
        metrics.gauge(
                "etcd_server_is_leader",
                "Whether or not this member is a leader.",
                () -> raft.leadership().self() ? 1 : 0);
        metrics.gauge(
                "etcd_server_is_learner",
                "Whether or not this member is a learner.",
                () -> state.members().find(memberId).stream().anyMatch(member -> member.learner()) ? 1 : 0);
        metrics.gauge(
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                raft::committedIndex);
        metrics.gauge(
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                raft::appliedIndex);
        metrics.gauge(
                "etcd_server_proposals_pending",
                "The current number of pending proposals to commit.",
                replicator::pendingCommands);
        metrics.counter(
                "etcd_server_proposals_failed_total",
                "The total number of failed proposals seen.",
                replicator::failedCommands);
        for (AlarmType type : new AlarmType[] {AlarmType.NOSPACE, AlarmType.CORRUPT}) {
            metrics.gauge(
                    "etcd_debugging_server_alarms",
                    "Alarms for every member in cluster. 1 for 'server_id' label with current ID. 2 for 'alarm_type' label with type of this alarm.",
                    () -> state.alarms().active(type).isEmpty() ? 0 : 1,
                    "server_id",
                    "%x".formatted(memberId),
                    "alarm_type",
                    type.name());
        }
    }

    private Consumer<Leadership> leaderChanges() {
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

    private void store(StateMachine state, Quota quota) {
        MvccStore store = state.store();
        OperationCounts done = store.operations();
        metrics.gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.", quota::bytes);
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.",
                state::dbSize);
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.",
                state::dbSizeInUse);
        metrics.counter("etcd_mvcc_put_total", "Total number of puts seen by this member.", done::puts);
        metrics.counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.", done::deletes);
        metrics.counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.", done::ranges);
        metrics.counter("etcd_mvcc_txn_total", "Total number of txns seen by this member.", done::txns);
        metrics.gauge(
                "etcd_debugging_mvcc_total_put_size_in_bytes",
                "The total size of put kv pairs seen by this member.",
                done::putBytes);
        metrics.gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", store::liveKeys);
        metrics.gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", store::currentRevision);
        metrics.gauge(
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                store::compactedRevision);
        metrics.gauge("etcd_debugging_auth_revision", "The current revision of auth store.", () -> state.auth()
                .state()
                .revision());
    }

    private LeaseListener leases() {
        LongAdder granted = new LongAdder();
        LongAdder revoked = new LongAdder();
        metrics.counter("etcd_debugging_lease_granted_total", "The total number of granted leases.", granted::sum);
        metrics.counter("etcd_debugging_lease_revoked_total", "The total number of revoked leases.", revoked::sum);
        return new LeaseListener() {
            @Override
            public void granted(Lease lease) {
                granted.increment();
            }

            @Override
            public void checkpointed(Lease lease) {}

            @Override
            public void revoked(long id) {
                revoked.increment();
            }

            @Override
            public void reset(Collection<Lease> leases) {}
        };
    }

    private void watches(WatchHub hub) {
        metrics.gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.", hub::streams);
        metrics.gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", hub::watchers);
        metrics.gauge(
                "etcd_debugging_mvcc_slow_watcher_total", "Total number of unsynced slow watchers.", hub::slowWatchers);
        metrics.counter(
                "etcd_debugging_mvcc_events_total", "Total number of events sent by this member.", hub::eventsTold);
        metrics.gauge(
                "metastore_watch_pending_bytes", "Bytes of events that wait for watching clients.", hub::pendingBytes);
    }

    private void health(Health health) {
        metrics.counter("etcd_server_health_success", "The total number of successful health checks.", health::passed);
        metrics.counter("etcd_server_health_failures", "The total number of failed health checks.", health::failed);
    }

    private void process() {
        var runtime = ManagementFactory.getRuntimeMXBean();
        var memory = ManagementFactory.getMemoryMXBean();
        metrics.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> runtime.getStartTime() / 1e3);
        metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () -> status("VmRSS:"));
        metrics.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> status("VmSize:"));
        metrics.gauge("metastore_heap_used_bytes", "Bytes of the Java heap in use.", () -> memory.getHeapMemoryUsage()
                .getUsed());
        metrics.gauge(
                "metastore_heap_max_bytes", "Bytes that the Java heap may grow to.", () -> memory.getHeapMemoryUsage()
                        .getMax());
        ManagementFactory.getGarbageCollectorMXBeans().forEach(collector -> {
            metrics.counter(
                    "metastore_gc_collections_total",
                    "Collections of the Java heap.",
                    collector::getCollectionCount,
                    "collector",
                    collector.getName());
            metrics.counter(
                    "metastore_gc_milliseconds_total",
                    "Time spent collecting, in milliseconds.",
                    collector::getCollectionTime,
                    "collector",
                    collector.getName());
        });
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            metrics.gauge("process_open_fds", "Number of open file descriptors.", system::getOpenFileDescriptorCount);
            metrics.gauge(
                    "process_max_fds", "Maximum number of open file descriptors.", system::getMaxFileDescriptorCount);
            metrics.gauge("os_fd_used", "The number of used file descriptors.", system::getOpenFileDescriptorCount);
            metrics.gauge("os_fd_limit", "The file descriptor limit.", system::getMaxFileDescriptorCount);
            metrics.gauge(
                    "process_cpu_seconds_total",
                    "Total user and system CPU time spent in seconds.",
                    () -> system.getProcessCpuTime() / NANOS_PER_SECOND);
        }
    }

    /** A size from the kernel's account of this process; 0 where there is none. */
    private static double status(String field) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(field)) {
                    return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException notLinux) {
            return 0;
        }
        return 0;
    }
}
