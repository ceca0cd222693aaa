package io.metastore.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Every option of the server: etcd's names and defaults (etcd: server/embed/config.go), and a few of our own. */
public enum Flag {
    NAME("name", "default", "Human-readable name for this member."),
    DATA_DIR("data-dir", "", "Path to the data directory; default is <name>.etcd."),
    LISTEN_CLIENT_URLS("listen-client-urls", "http://localhost:2379", "URLs to listen on for client traffic."),
    ADVERTISE_CLIENT_URLS(
            "advertise-client-urls", "http://localhost:2379", "This member's client URLs to advertise to clients."),
    LISTEN_PEER_URLS("listen-peer-urls", "http://localhost:2380", "URLs to listen on for peer traffic."),
    INITIAL_ADVERTISE_PEER_URLS(
            "initial-advertise-peer-urls", "http://localhost:2380", "This member's peer URLs to advertise to members."),
    INITIAL_CLUSTER(
            "initial-cluster", "", "Initial cluster for bootstrapping, name=url,...; default is this member alone."),
    INITIAL_CLUSTER_TOKEN("initial-cluster-token", "etcd-cluster", "Token that enters the ids of a new cluster."),
    INITIAL_CLUSTER_STATE("initial-cluster-state", "new", "'new' or 'existing'; ignored once data exists."),
    HEARTBEAT_INTERVAL("heartbeat-interval", "100", "Time between heartbeats, in milliseconds."),
    ELECTION_TIMEOUT("election-timeout", "1000", "Time for an election to time out, in milliseconds."),
    SNAPSHOT_COUNT(
            "snapshot-count",
            "10000",
            "Requests between raft snapshots at the least; a snapshot is taken when the log has grown by 256 MiB or by"
                    + " 100000 entries, or by this many where it is set."),
    QUOTA_BACKEND_BYTES(
            "quota-backend-bytes",
            "0",
            "Size at which writes are refused with a space alarm; 0 is 2 GiB as in etcd, negative is no quota."),
    MAX_REQUEST_BYTES("max-request-bytes", "1572864", "Largest request accepted, in bytes."),
    MAX_TXN_OPS("max-txn-ops", "128", "Most operations in one transaction."),
    MAX_CONCURRENT_STREAMS(
            "max-concurrent-streams", "4294967295", "Most concurrent streams that one connection may open."),
    AUTO_COMPACTION_MODE("auto-compaction-mode", "periodic", "'periodic' or 'revision'."),
    AUTO_COMPACTION_RETENTION(
            "auto-compaction-retention", "0", "Retention: hours or a duration (periodic), or revisions; 0 is off."),
    WATCH_PROGRESS_NOTIFY_INTERVAL(
            "watch-progress-notify-interval", "10m0s", "Interval of progress notifications on quiet watches."),
    AUTH_TOKEN(
            "auth-token",
            "simple",
            "'simple', or 'jwt' with its options: jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=<duration>."),
    AUTH_TOKEN_TTL("auth-token-ttl", "300", "Time after which a simple token ends that is not used, in seconds."),
    BCRYPT_COST("bcrypt-cost", "10", "Cost of hashing passwords, 4 to 31; each step doubles the time."),
    LOG_LEVEL("log-level", "info", "debug, info, warn or error."),
    UNSAFE_NO_FSYNC("unsafe-no-fsync", "false", "Never sync the raft log: loses acknowledged writes in a power cut."),
    STORAGE_ENGINE("storage-engine", "rocksdb", "'rocksdb', or 'memory' for a state that is not kept on disk."),
    STORAGE_CACHE_BYTES(
            "storage-cache-bytes", "0", "Native memory for the RocksDB caches; 0 computes it from the machine."),
    EVENT_LOOPS("event-loops", "0", "Network threads; 0 is one per core."),
    GRPC_REFLECTION("enable-grpc-reflection", "false", "Serve gRPC server reflection."),

    // Set by deployed manifests and by etcd's own test framework; what they tune does not exist here.
    LOGGER("logger", "zap", "Accepted for compatibility, not used."),
    LOG_OUTPUTS("log-outputs", "default", "Accepted for compatibility, not used: the log goes to stderr."),
    LOG_FORMAT("log-format", "json", "Accepted for compatibility, not used: the log is JSON."),
    PRE_VOTE("pre-vote", "true", "Accepted for compatibility, not used: pre-vote is always on."),
    STRICT_RECONFIG_CHECK("strict-reconfig-check", "true", "Accepted for compatibility, not used yet."),
    SNAPSHOT_CATCHUP_ENTRIES("snapshot-catchup-entries", "5000", "Accepted for compatibility, not used."),
    MAX_SNAPSHOTS("max-snapshots", "5", "Accepted for compatibility, not used."),
    MAX_WALS("max-wals", "5", "Accepted for compatibility, not used."),
    BACKEND_BATCH_INTERVAL("backend-batch-interval", "0", "Accepted for compatibility, not used."),
    BACKEND_BATCH_LIMIT("backend-batch-limit", "0", "Accepted for compatibility, not used.");

    private final String flagName;
    private final String defaultValue;
    private final String description;

    Flag(String flagName, String defaultValue, String description) {
        this.flagName = flagName;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    public String flagName() {
        return flagName;
    }

    public String defaultValue() {
        return defaultValue;
    }

    public String description() {
        return description;
    }

    /** {@code ETCD_} and the upper-cased name, as etcd reads it. */
    public String environmentName() {
        return "ETCD_" + flagName.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** A boolean is set by naming it. */
    public boolean isBoolean() {
        return defaultValue.equals("true") || defaultValue.equals("false");
    }

    public static Optional<Flag> named(String flagName) {
        return Arrays.stream(values())
                .filter(flag -> flag.flagName.equals(flagName))
                .findFirst();
    }
}
