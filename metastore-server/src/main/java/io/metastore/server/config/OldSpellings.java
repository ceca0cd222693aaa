package io.metastore.server.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names that flags had in earlier releases of etcd, still found in deployed manifests and configuration files.
 *
 * <p>etcd 3.7 itself refuses most of them; whoever moves here from etcd 3.4 to 3.6 need not rewrite his manifests first.
 */
final class OldSpellings {
    private static final String EXPERIMENTAL = "experimental-";

    /** {@code --experimental-<key>} switched what is a feature gate today. */
    private static final Map<String, FeatureGates.Gate> GATES = Map.of(
            "initial-corrupt-check", FeatureGates.Gate.INITIAL_CORRUPT_CHECK,
            "compact-hash-check-enabled", FeatureGates.Gate.COMPACT_HASH_CHECK,
            "enable-lease-checkpoint", FeatureGates.Gate.LEASE_CHECKPOINT,
            "enable-lease-checkpoint-persist", FeatureGates.Gate.LEASE_CHECKPOINT_PERSIST,
            "stop-grpc-service-on-defrag", FeatureGates.Gate.STOP_GRPC_SERVICE_ON_DEFRAG,
            "txn-mode-write-with-shared-buffer", FeatureGates.Gate.TXN_MODE_WRITE_WITH_SHARED_BUFFER);

    /** {@code --experimental-<name>} of etcd 3.4 to 3.6 for {@code --<name>}. */
    private static final Set<String> RENAMED = Set.of(
            "corrupt-check-time",
            "compact-hash-check-time",
            "watch-progress-notify-interval",
            "compaction-batch-limit",
            "compaction-sleep-interval",
            "warning-apply-duration",
            "warning-unary-request-duration",
            "memory-mlock",
            "bootstrap-defrag-threshold-megabytes",
            "max-learners",
            "snapshot-catchup-entries",
            "downgrade-check-time",
            "peer-skip-client-san-verification",
            "enable-distributed-tracing",
            "distributed-tracing-address",
            "distributed-tracing-service-name",
            "distributed-tracing-instance-id",
            "distributed-tracing-sampling-rate");

    /** Accepted by etcd 3.7 without any effect (etcd: server/etcdmain/config.go, ignored). */
    static final List<String> LEGACY = List.of(
            "cluster-active-size",
            "cluster-remove-delay",
            "cluster-sync-interval",
            "config",
            "force",
            "max-result-buffer",
            "max-retry-attempts",
            "peer-heartbeat-interval",
            "peer-election-timeout",
            "retry-interval",
            "snapshot",
            "v",
            "vv",
            "test.coverprofile",
            "test.outputdir");

    /** Of parts of etcd that are gone: the v2 API and proxy, discovery by v2. What they tuned does not exist. */
    private static final Map<String, FlagKind> GONE = Map.ofEntries(
            Map.entry("enable-v2", FlagKind.BOOL),
            Map.entry("experimental-enable-v2v3", FlagKind.TEXT),
            Map.entry("proxy-failure-wait", FlagKind.UINT),
            Map.entry("proxy-refresh-interval", FlagKind.UINT),
            Map.entry("proxy-dial-timeout", FlagKind.UINT),
            Map.entry("proxy-write-timeout", FlagKind.UINT),
            Map.entry("proxy-read-timeout", FlagKind.UINT),
            Map.entry("discovery-proxy", FlagKind.TEXT),
            Map.entry("experimental-backend-bbolt-freelist-type", FlagKind.TEXT),
            Map.entry("log-package-levels", FlagKind.TEXT));

    private OldSpellings() {}

    /** What an old name stands for. */
    sealed interface Meaning {
        /** A flag by another name. */
        record Renamed(Flag flag) implements Meaning {}

        /** A feature gate. */
        record Gated(FeatureGates.Gate gate) implements Meaning {}

        /** Nothing any more; takes values of this kind. */
        record Ignored(FlagKind kind) implements Meaning {}
    }

    static Optional<Meaning> of(String name) {
        if (LEGACY.contains(name)) {
            return Optional.of(new Meaning.Ignored(FlagKind.BOOL));
        }
        FlagKind gone = GONE.get(name);
        if (gone != null) {
            return Optional.of(new Meaning.Ignored(gone));
        }
        if (!name.startsWith(EXPERIMENTAL)) {
            return Optional.empty();
        }
        String key = name.substring(EXPERIMENTAL.length());
        FeatureGates.Gate gate = GATES.get(key);
        if (gate != null) {
            return Optional.of(new Meaning.Gated(gate));
        }
        return RENAMED.contains(key) ? Flag.named(key).map(Meaning.Renamed::new) : Optional.empty();
    }
}
