package io.metastore.server.config;

import io.metastore.server.auth.AuthConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Everything the operator may set, checked once, whole, and immutable afterwards. */
public record ServerConfig(
        String name,
        Path dataDir,
        List<URI> listenClientUrls,
        List<URI> advertiseClientUrls,
        List<URI> advertisePeerUrls,
        InitialCluster initialCluster,
        boolean joinExisting,
        boolean forceNewCluster,
        boolean strictReconfigCheck,
        int maxLearners,
        boolean promoteWhenReady,
        long snapshotTransferBytes,
        Duration heartbeatInterval,
        Duration electionTimeout,
        long snapshotEntries,
        long quotaBytes,
        int maxRequestBytes,
        int maxTxnOps,
        long maxConcurrentStreams,
        AutoCompaction autoCompaction,
        Duration watchProgressInterval,
        KeepAlive keepAlive,
        boolean reusePort,
        boolean leaseCheckpoints,
        CorruptionChecks corruptionChecks,
        LogConfig log,
        SlowThresholds slow,
        boolean fsync,
        StorageEngine storageEngine,
        long storageCacheBytes,
        int eventLoops,
        boolean reflection,
        Optional<AuditConfig> audit,
        int trafficSampling,
        AuthConfig auth,
        HttpAccess http,
        FrontDoor front,
        PeerDoor peers,
        Monitoring monitoring) {

    /** Where the state lives. */
    public enum StorageEngine {
        ROCKSDB,
        MEMORY
    }

    /** What a quota of 0 means (etcd: server/storage/quota.go, DefaultQuotaBytes). */
    public static final long DEFAULT_QUOTA_BYTES = 2L << 30;

    private static final Duration REQUEST_TIMEOUT_BASE = Duration.ofSeconds(5);
    private static final Duration MIN_PROGRESS_INTERVAL = Duration.ofMillis(100);
    private static final Duration MAX_ELECTION_TIMEOUT = Duration.ofSeconds(50);
    /** Entries between snapshots unless the operator says otherwise: a snapshot here is cheap but not free. */
    private static final long DEFAULT_SNAPSHOT_ENTRIES = 100_000;

    /**
     * Checks the options and makes them a configuration.
     *
     * @throws ConfigException naming all that is wrong
     */
    public static ServerConfig from(Options options) throws ConfigException {
        List<String> problems = new ArrayList<>(options.refusals());
        Numbers numbers = new Numbers(options, problems);

        String name = options.get(Flag.NAME);
        String dataDir = options.get(Flag.DATA_DIR);
        Path directory = Path.of(dataDir.isEmpty() ? name + ".etcd" : dataDir);
        List<URI> listenClient = clientUrls(options, Flag.LISTEN_CLIENT_URLS, problems);
        List<URI> listenPeer = urls(options, Flag.LISTEN_PEER_URLS, problems);
        Urls.requireBindable(Flag.LISTEN_CLIENT_URLS.flagName(), listenClient, problems);
        Urls.requireBindable(Flag.LISTEN_PEER_URLS.flagName(), listenPeer, problems);
        List<URI> advertiseClient = clientUrls(options, Flag.ADVERTISE_CLIENT_URLS, problems);
        List<URI> advertisePeer = urls(options, Flag.INITIAL_ADVERTISE_PEER_URLS, problems);
        // As in etcd a file that leaves the advertised URLs out gets the default, and a command line does not.
        if (options.file().isEmpty()
                && options.isSet(Flag.LISTEN_CLIENT_URLS)
                && !options.isSet(Flag.ADVERTISE_CLIENT_URLS)) {
            problems.add("--advertise-client-urls is required when --listen-client-urls is set explicitly");
        }

        String token = options.get(Flag.INITIAL_CLUSTER_TOKEN);
        InitialCluster cluster = !options.get(Flag.INITIAL_CLUSTER).isEmpty()
                ? InitialCluster.parse(options.get(Flag.INITIAL_CLUSTER), token, problems)
                : InitialCluster.single(name, advertisePeer, token);
        checkCluster(cluster, name, advertisePeer, problems);

        Duration heartbeat = Duration.ofMillis(numbers.between(Flag.HEARTBEAT_INTERVAL, 1, 60_000));
        Duration election = Duration.ofMillis(numbers.between(Flag.ELECTION_TIMEOUT, 1, Integer.MAX_VALUE));
        if (election.compareTo(heartbeat.multipliedBy(5)) < 0) {
            problems.add("--election-timeout[%dms] should be at least as 5 times as --heartbeat-interval[%dms]"
                    .formatted(election.toMillis(), heartbeat.toMillis()));
        }
        if (election.compareTo(MAX_ELECTION_TIMEOUT) > 0) {
            problems.add("--election-timeout[%dms] is too long, and should be set less than 50000ms"
                    .formatted(election.toMillis()));
        }
        String state = options.get(Flag.INITIAL_CLUSTER_STATE);
        if (!Set.of("new", "existing").contains(state)) {
            problems.add("--initial-cluster-state: expected new or existing, found " + state);
        }
        if (!options.get(Flag.DISCOVERY_FALLBACK).equals("exit")) {
            problems.add("v2 proxy is deprecated, and --discovery-fallback can't be configured as \"%s\""
                    .formatted(options.get(Flag.DISCOVERY_FALLBACK)));
        }
        String progress = options.get(Flag.WATCH_PROGRESS_NOTIFY_INTERVAL);
        Duration progressInterval = GoDuration.parse(progress).orElse(Duration.ZERO);
        if (progressInterval.compareTo(MIN_PROGRESS_INTERVAL) < 0) {
            problems.add("--watch-progress-notify-interval: expected a duration of at least 100ms, found " + progress);
        }
        long quota = numbers.between(Flag.QUOTA_BACKEND_BYTES, Long.MIN_VALUE, Long.MAX_VALUE);

        int certYears = (int) numbers.between(Flag.SELF_SIGNED_CERT_VALIDITY, 1, 100);

        ServerConfig config = new ServerConfig(
                name,
                directory,
                listenClient,
                advertiseClient,
                advertisePeer,
                cluster,
                state.equals("existing"),
                Bools.of(options, Flag.FORCE_NEW_CLUSTER, problems),
                Bools.of(options, Flag.STRICT_RECONFIG_CHECK, problems),
                (int) numbers.between(Flag.MAX_LEARNERS, 1, 1024),
                Bools.of(options, Flag.PROMOTE_WHEN_READY, problems),
                numbers.between(Flag.SNAPSHOT_TRANSFER_MEGABYTES, 0, 1 << 20) << 20,
                heartbeat,
                election,
                options.isSet(Flag.SNAPSHOT_COUNT)
                        ? numbers.between(Flag.SNAPSHOT_COUNT, 1, Long.MAX_VALUE)
                        : DEFAULT_SNAPSHOT_ENTRIES,
                quota == 0 ? DEFAULT_QUOTA_BYTES : quota,
                (int) numbers.between(Flag.MAX_REQUEST_BYTES, 1, 1 << 30),
                (int) numbers.between(Flag.MAX_TXN_OPS, 1, Integer.MAX_VALUE),
                numbers.between(Flag.MAX_CONCURRENT_STREAMS, 1, 0xffff_ffffL),
                AutoCompaction.parse(
                        options.get(Flag.AUTO_COMPACTION_MODE), options.get(Flag.AUTO_COMPACTION_RETENTION), problems),
                progressInterval,
                KeepAlive.from(options, problems),
                Bools.of(options, Flag.SOCKET_REUSE_PORT, problems),
                leaseCheckpoints(options, problems),
                CorruptionChecks.from(options, problems),
                LogConfig.from(options, problems),
                SlowThresholds.from(options, problems),
                !Bools.of(options, Flag.UNSAFE_NO_FSYNC, problems),
                engine(options.get(Flag.STORAGE_ENGINE), problems),
                numbers.between(Flag.STORAGE_CACHE_BYTES, 0, Long.MAX_VALUE),
                (int) numbers.between(Flag.EVENT_LOOPS, 0, 1024),
                Bools.of(options, Flag.GRPC_REFLECTION, problems),
                AuditConfig.from(
                        options,
                        numbers.between(Flag.AUDIT_LOG_MAX_MEGABYTES, 1, 1 << 20),
                        (int) numbers.between(Flag.AUDIT_LOG_MAX_FILES, 0, 100_000),
                        problems),
                (int) numbers.between(Flag.TRAFFIC_SAMPLING, 0, 1 << 20),
                new AuthConfig(
                        options.get(Flag.AUTH_TOKEN),
                        Duration.ofSeconds(numbers.between(Flag.AUTH_TOKEN_TTL, 1, Integer.MAX_VALUE)),
                        (int) numbers.between(Flag.BCRYPT_COST, 4, 31)),
                new HttpAccess(
                        names(options.get(Flag.CORS)),
                        names(options.get(Flag.HOST_WHITELIST)),
                        Bools.of(options, Flag.ENABLE_GRPC_GATEWAY, problems)),
                FrontDoor.from(options, listenClient, directory, certYears, problems),
                PeerDoor.from(options, listenPeer, directory, certYears, problems),
                Monitoring.from(options));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /** How long a request may take (etcd: config.ReqTimeout). */
    public Duration requestTimeout() {
        return REQUEST_TIMEOUT_BASE.plus(electionTimeout.multipliedBy(2));
    }

    private static void checkCluster(InitialCluster cluster, String name, List<URI> peers, List<String> problems) {
        List<URI> mine = cluster.peerUrlsByName().get(name);
        if (mine == null) {
            problems.add("couldn't find local name \"%s\" in the initial cluster configuration".formatted(name));
            return;
        }
        if (!Set.copyOf(mine).equals(Set.copyOf(peers))) {
            problems.add(
                    "--initial-cluster has %s=%s but --initial-advertise-peer-urls is %s".formatted(name, mine, peers));
        }
    }

    private static List<URI> urls(Options options, Flag flag, List<String> problems) {
        return Urls.parse(flag.flagName(), options.get(flag), problems);
    }

    private static List<URI> clientUrls(Options options, Flag flag, List<String> problems) {
        return Urls.parseForClients(flag.flagName(), options.get(flag), problems);
    }

    /** Empty where the list is (etcd: flags.UniqueStringsMapFromFlag). */
    private static Set<String> names(String list) {
        return list.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(list.split(",")));
    }

    private static boolean leaseCheckpoints(Options options, List<String> problems) {
        String text = options.get(Flag.FEATURE_GATES);
        Optional<String> problem = FeatureGates.problemWith(text);
        if (problem.isPresent()) {
            problems.add(problem.get());
            return false;
        }
        FeatureGates gates = FeatureGates.parse(text);
        boolean checkpoints = gates.isOn(FeatureGates.Gate.LEASE_CHECKPOINT);
        if (gates.isOn(FeatureGates.Gate.LEASE_CHECKPOINT_PERSIST) && !checkpoints) {
            problems.add("enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint");
        }
        return checkpoints;
    }

    private static StorageEngine engine(String name, List<String> problems) {
        return switch (name) {
            case "rocksdb" -> StorageEngine.ROCKSDB;
            case "memory" -> StorageEngine.MEMORY;
            default -> {
                problems.add("--storage-engine: expected rocksdb or memory, found " + name);
                yield StorageEngine.ROCKSDB;
            }
        };
    }

    /** Reads whole numbers and notes what is none, or out of range. */
    private record Numbers(Options options, List<String> problems) {
        long between(Flag flag, long least, long most) {
            String text = options.get(flag);
            try {
                long number = Long.parseLong(text);
                if (number >= least && number <= most) {
                    return number;
                }
                problems.add("--%s: %d is not between %d and %d".formatted(flag.flagName(), number, least, most));
            } catch (NumberFormatException notANumber) {
                problems.add("--%s: not a whole number: %s".formatted(flag.flagName(), text));
            }
            return Math.max(least, 1);
        }
    }
}
