package io.metastore.server;

import io.metastore.server.metrics.Buckets;
import io.metastore.server.metrics.Histogram;
import io.metastore.server.metrics.Metrics;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.LeaseListener;
import io.metastore.storage.mvcc.CompactionObserver;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.OperationCounts;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.state.StateObserver;
import io.metastore.storage.watch.WatchHub;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Keys, leases, watches, and the work on all of them (etcd: storage/mvcc, storage/backend, lease: metrics.go). */
final class StoreMetrics {
    private final Metrics metrics;

    StoreMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void bind(StateMachine state, WatchHub hub) {
        keys(state.store());
        sizes(state);
        state.leases().addListener(leases());
        state.store().compactor().observe(compactions());
        state.observe(work());
        watches(hub);
    }

    private void keys(MvccStore store) {
        OperationCounts done = store.operations();
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
    }

    private void sizes(StateMachine state) {
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.",
                state::dbSize);
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.",
                state::dbSizeInUse);
        metrics.gauge(
                "etcd_mvcc_db_open_read_transactions",
                "The number of currently open read transactions",
                state::openBackups);
        metrics.gauge(
                "etcd_disk_defrag_inflight",
                "Whether or not defrag is active on the member. 1 means active, 0 means not.",
                () -> state.isDefragmenting() ? 1 : 0);
        metrics.gauge("etcd_debugging_auth_revision", "The current revision of auth store.", () -> state.auth()
                .state()
                .revision());
    }

    private LeaseListener leases() {
        LongAdder granted = new LongAdder();
        LongAdder revoked = new LongAdder();
        metrics.counter("etcd_debugging_lease_granted_total", "The total number of granted leases.", granted::sum);
        metrics.counter("etcd_debugging_lease_revoked_total", "The total number of revoked leases.", revoked::sum);
        Histogram ttls = metrics.histogram(
                "etcd_debugging_lease_ttl_total", "Bucketed histogram of lease TTLs.", Buckets.doubling(1, 24, 1));
        return new LeaseListener() {
            @Override
            public void granted(Lease lease) {
                granted.increment();
                ttls.accept(lease.ttlSeconds());
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

    private CompactionObserver compactions() {
        LongAdder erasedRecords = new LongAdder();
        AtomicLong lastSeconds = new AtomicLong();
        Histogram slices = metrics.histogram(
                "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
                "Bucketed histogram of db compaction pause duration.",
                Buckets.doubling(1, 13, Buckets.NANOS_PER_MILLISECOND));
        Histogram totals = metrics.histogram(
                "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
                "Bucketed histogram of db compaction total duration.",
                Buckets.doubling(100, 14, Buckets.NANOS_PER_MILLISECOND));
        metrics.counter(
                "etcd_debugging_mvcc_db_compaction_keys_total",
                "Total number of db keys compacted.",
                erasedRecords::sum);
        metrics.gauge(
                "etcd_debugging_mvcc_db_compaction_last",
                "The unix time of the last db compaction. Resets to 0 on start.",
                lastSeconds::get);
        return new CompactionObserver() {
            @Override
            public void slice(long nanos) {
                slices.accept(nanos);
            }

            @Override
            public void finished(long nanos, long erased) {
                totals.accept(nanos);
                erasedRecords.add(erased);
                lastSeconds.set(Instant.now().getEpochSecond());
            }
        };
    }

    private StateObserver work() {
        Buckets hashing = Buckets.seconds(0.01, 15);
        Histogram hashes = metrics.histogram(
                "etcd_mvcc_hash_duration_seconds", "The latency distribution of storage hash operation.", hashing);
        Histogram revisionHashes = metrics.histogram(
                "etcd_mvcc_hash_rev_duration_seconds",
                "The latency distribution of storage hash by revision operation.",
                hashing);
        Histogram defragmentations = metrics.histogram(
                "etcd_disk_backend_defrag_duration_seconds",
                "The latency distribution of backend defragmentation.",
                Buckets.seconds(0.1, 13));
        Histogram backups = metrics.histogram(
                "etcd_disk_backend_snapshot_duration_seconds",
                "The latency distribution of backend snapshots.",
                Buckets.seconds(0.01, 17));
        return new StateObserver() {
            @Override
            public void hashed(long nanos) {
                hashes.accept(nanos);
            }

            @Override
            public void hashedRevision(long nanos) {
                revisionHashes.accept(nanos);
            }

            @Override
            public void defragmented(long nanos) {
                defragmentations.accept(nanos);
            }

            @Override
            public void backedUp(long nanos) {
                backups.accept(nanos);
            }
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
                "etcd_debugging_mvcc_pending_events_total",
                "Total number of pending events to be sent.",
                hub::pendingEvents);
        metrics.gauge(
                "metastore_watch_pending_bytes", "Bytes of events that wait for watching clients.", hub::pendingBytes);
    }
}
