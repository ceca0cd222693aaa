package io.metastore.server.config;

import static io.metastore.server.config.FlagEffect.none;
import static io.metastore.server.config.FlagEffect.refused;
import static io.metastore.server.config.FlagGroup.AUTH;
import static io.metastore.server.config.FlagGroup.CLUSTERING;
import static io.metastore.server.config.FlagGroup.FEATURES;
import static io.metastore.server.config.FlagGroup.LOGGING;
import static io.metastore.server.config.FlagGroup.MEMBER;
import static io.metastore.server.config.FlagGroup.METASTORE;
import static io.metastore.server.config.FlagGroup.MONITORING;
import static io.metastore.server.config.FlagGroup.SECURITY;
import static io.metastore.server.config.FlagGroup.START;
import static io.metastore.server.config.FlagGroup.TRACING;
import static io.metastore.server.config.FlagGroup.UNSAFE;
import static io.metastore.server.config.FlagKind.BOOL;
import static io.metastore.server.config.FlagKind.DURATION;
import static io.metastore.server.config.FlagKind.GATES;
import static io.metastore.server.config.FlagKind.INT;
import static io.metastore.server.config.FlagKind.LIST;
import static io.metastore.server.config.FlagKind.TEXT;
import static io.metastore.server.config.FlagKind.UINT;
import static io.metastore.server.config.FlagKind.URLS;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every option of the server: etcd's names and defaults (etcd: server/embed/config.go), and a few of our own. */
public enum Flag {
    CONFIG_FILE(
            START,
            TEXT,
            "config-file",
            "",
            "Path to a YAML or JSON file with these settings; then flags and environment are ignored."),
    VERSION(START, BOOL, "version", "false", "Tell the version and exit."),

    NAME(MEMBER, TEXT, "name", "default", "Human-readable name for this member."),
    DATA_DIR(MEMBER, TEXT, "data-dir", "", "Path to the data directory; default is <name>.etcd."),
    WAL_DIR(
            MEMBER,
            TEXT,
            "wal-dir",
            "",
            "Path to a directory of its own for the raft log.",
            refused("the raft log is kept in the data directory; put --data-dir on the disk meant for it")),
    SNAPSHOT_COUNT(
            MEMBER,
            UINT,
            "snapshot-count",
            "10000",
            "Requests between raft snapshots at the least; a snapshot is taken when the log has grown by 256 MiB or by"
                    + " 100000 entries, or by this many where it is set."),
    HEARTBEAT_INTERVAL(MEMBER, UINT, "heartbeat-interval", "100", "Time between heartbeats, in milliseconds."),
    ELECTION_TIMEOUT(MEMBER, UINT, "election-timeout", "1000", "Time for an election to time out, in milliseconds."),
    INITIAL_ELECTION_TICK_ADVANCE(
            MEMBER,
            BOOL,
            "initial-election-tick-advance",
            "true",
            "Shorten the wait for the first election.",
            none("the first election waits for one election timeout")),
    LISTEN_PEER_URLS(MEMBER, URLS, "listen-peer-urls", "http://localhost:2380", "URLs to listen on for peer traffic."),
    LISTEN_CLIENT_URLS(
            MEMBER, URLS, "listen-client-urls", "http://localhost:2379", "URLs to listen on for client traffic."),
    LISTEN_CLIENT_HTTP_URLS(
            MEMBER,
            URLS,
            "listen-client-http-urls",
            "",
            "URLs for HTTP alone; then listen-client-urls serve gRPC alone."),
    MAX_SNAPSHOTS(MEMBER, UINT, "max-snapshots", "5", "Snapshot files to keep.", none("the newest snapshot is kept")),
    MAX_WALS(
            MEMBER,
            UINT,
            "max-wals",
            "5",
            "Log files to keep.",
            none("what a snapshot covers is removed from the log")),
    MEMORY_MLOCK(
            MEMBER,
            BOOL,
            "memory-mlock",
            "false",
            "Keep the memory of the process from being swapped.",
            none("memory is not locked")),
    QUOTA_BACKEND_BYTES(
            MEMBER,
            INT,
            "quota-backend-bytes",
            "0",
            "Size at which writes are refused with a space alarm; 0 is 2 GiB as in etcd, negative is no quota."),
    BACKEND_BBOLT_FREELIST_TYPE(
            MEMBER,
            TEXT,
            "backend-bbolt-freelist-type",
            "map",
            "Kind of bbolt's free list.",
            none("the state is not kept in bbolt")),
    BACKEND_BATCH_INTERVAL(
            MEMBER,
            DURATION,
            "backend-batch-interval",
            "",
            "Longest time before a bbolt commit.",
            none("the state is not kept in bbolt")),
    BACKEND_BATCH_LIMIT(
            MEMBER,
            INT,
            "backend-batch-limit",
            "0",
            "Most operations before a bbolt commit.",
            none("the state is not kept in bbolt")),
    MAX_TXN_OPS(MEMBER, UINT, "max-txn-ops", "128", "Most operations in one transaction."),
    MAX_REQUEST_BYTES(MEMBER, UINT, "max-request-bytes", "1572864", "Largest request accepted, in bytes."),
    MAX_CONCURRENT_STREAMS(
            MEMBER,
            UINT,
            "max-concurrent-streams",
            "4294967295",
            "Most concurrent streams that one connection may open."),
    GRPC_KEEPALIVE_MIN_TIME(
            MEMBER,
            DURATION,
            "grpc-keepalive-min-time",
            "5s",
            "Least time between pings of a client; one that pings more often is sent away."),
    GRPC_KEEPALIVE_INTERVAL(
            MEMBER,
            DURATION,
            "grpc-keepalive-interval",
            "2h",
            "Time after which a quiet connection is pinged; 0 is never. Unless it is set, 30s."),
    GRPC_KEEPALIVE_TIMEOUT(
            MEMBER,
            DURATION,
            "grpc-keepalive-timeout",
            "20s",
            "Time after which a connection that does not answer a ping is closed."),
    SOCKET_REUSE_PORT(
            MEMBER, BOOL, "socket-reuse-port", "false", "Let several processes listen on one port (SO_REUSEPORT)."),
    SOCKET_REUSE_ADDRESS(
            MEMBER,
            BOOL,
            "socket-reuse-address",
            "false",
            "Bind addresses that are in TIME_WAIT (SO_REUSEADDR).",
            none("it is always so")),
    ENABLE_GRPC_GATEWAY(MEMBER, BOOL, "enable-grpc-gateway", "true", "Serve the JSON gateway."),
    RAFT_READ_TIMEOUT(
            MEMBER,
            DURATION,
            "raft-read-timeout",
            "5s",
            "Read timeout of connections between members.",
            none("members talk gRPC, with deadlines of its own")),
    RAFT_WRITE_TIMEOUT(
            MEMBER,
            DURATION,
            "raft-write-timeout",
            "5s",
            "Write timeout of connections between members.",
            none("members talk gRPC, with deadlines of its own")),
    FEATURE_GATES(MEMBER, GATES, "feature-gates", "", "Features to switch, Name=true|false,..."),

    INITIAL_ADVERTISE_PEER_URLS(
            CLUSTERING,
            URLS,
            "initial-advertise-peer-urls",
            "http://localhost:2380",
            "This member's peer URLs to advertise to members."),
    INITIAL_CLUSTER(
            CLUSTERING,
            TEXT,
            "initial-cluster",
            "",
            "Members of a new cluster, name=url,...; default is this member alone."),
    INITIAL_CLUSTER_STATE(
            CLUSTERING, TEXT, "initial-cluster-state", "new", "'new' or 'existing'; ignored once data exists."),
    INITIAL_CLUSTER_TOKEN(
            CLUSTERING, TEXT, "initial-cluster-token", "etcd-cluster", "Token that enters the ids of a new cluster."),
    ADVERTISE_CLIENT_URLS(
            CLUSTERING,
            URLS,
            "advertise-client-urls",
            "http://localhost:2379",
            "This member's client URLs to advertise to clients."),
    DISCOVERY_TOKEN(
            CLUSTERING,
            TEXT,
            "discovery-token",
            "",
            "Cluster to look up at a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_ENDPOINTS(
            CLUSTERING,
            LIST,
            "discovery-endpoints",
            "",
            "Endpoints of a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_DIAL_TIMEOUT(
            CLUSTERING,
            DURATION,
            "discovery-dial-timeout",
            "2s",
            "Of connections to a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_REQUEST_TIMEOUT(
            CLUSTERING,
            DURATION,
            "discovery-request-timeout",
            "5s",
            "Of connections to a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEEPALIVE_TIME(
            CLUSTERING,
            DURATION,
            "discovery-keepalive-time",
            "2s",
            "Of connections to a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEEPALIVE_TIMEOUT(
            CLUSTERING,
            DURATION,
            "discovery-keepalive-timeout",
            "6s",
            "Of connections to a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_INSECURE_TRANSPORT(
            CLUSTERING,
            BOOL,
            "discovery-insecure-transport",
            "true",
            "Talk to a discovery service without TLS.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_INSECURE_SKIP_TLS_VERIFY(
            CLUSTERING,
            BOOL,
            "discovery-insecure-skip-tls-verify",
            "false",
            "Do not check the certificate of a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_CERT(
            CLUSTERING,
            TEXT,
            "discovery-cert",
            "",
            "For a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEY(
            CLUSTERING,
            TEXT,
            "discovery-key",
            "",
            "For a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_CACERT(
            CLUSTERING,
            TEXT,
            "discovery-cacert",
            "",
            "For a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_USER(
            CLUSTERING,
            TEXT,
            "discovery-user",
            "",
            "For a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_PASSWORD(
            CLUSTERING,
            TEXT,
            "discovery-password",
            "",
            "For a discovery service.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_FALLBACK(CLUSTERING, TEXT, "discovery-fallback", "exit", "What to do when discovery fails: 'exit'."),
    DISCOVERY_SRV(
            CLUSTERING,
            TEXT,
            "discovery-srv",
            "",
            "DNS domain in which to find the members.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_SRV_NAME(
            CLUSTERING,
            TEXT,
            "discovery-srv-name",
            "",
            "Suffix of the DNS name in which to find the members.",
            refused("clusters are not discovered here; name the members in --initial-cluster")),
    STRICT_RECONFIG_CHECK(
            CLUSTERING,
            BOOL,
            "strict-reconfig-check",
            "true",
            "Refuse changes of membership that would cost the quorum."),
    PRE_VOTE(
            CLUSTERING,
            BOOL,
            "pre-vote",
            "true",
            "Ask for votes before an election disturbs the leader.",
            none("pre-vote is always on")),
    AUTO_COMPACTION_RETENTION(
            CLUSTERING,
            TEXT,
            "auto-compaction-retention",
            "0",
            "Retention: hours or a duration (periodic), or revisions; 0 is off."),
    AUTO_COMPACTION_MODE(CLUSTERING, TEXT, "auto-compaction-mode", "periodic", "'periodic' or 'revision'."),
    V2_DEPRECATION(
            CLUSTERING,
            TEXT,
            "v2-deprecation",
            "write-only",
            "Stage of the removal of the v2 store.",
            none("there is no v2 store")),

    CERT_FILE(SECURITY, TEXT, "cert-file", "", "Certificate of the client listener."),
    KEY_FILE(SECURITY, TEXT, "key-file", "", "Key of the client listener."),
    CLIENT_CERT_AUTH(SECURITY, BOOL, "client-cert-auth", "false", "Require and verify certificates of clients."),
    CLIENT_CERT_FILE(
            SECURITY,
            TEXT,
            "client-cert-file",
            "",
            "Certificate with which this member calls itself as a client.",
            none("this member calls itself without a connection")),
    CLIENT_KEY_FILE(
            SECURITY,
            TEXT,
            "client-key-file",
            "",
            "Key with which this member calls itself as a client.",
            none("this member calls itself without a connection")),
    CLIENT_CRL_FILE(SECURITY, TEXT, "client-crl-file", "", "Revoked certificates of clients."),
    CLIENT_CERT_ALLOWED_HOSTNAME(
            SECURITY,
            LIST,
            "client-cert-allowed-hostname",
            "",
            "Host names of which a client certificate must carry one."),
    TRUSTED_CA_FILE(SECURITY, TEXT, "trusted-ca-file", "", "Authorities that sign certificates of clients."),
    AUTO_TLS(SECURITY, BOOL, "auto-tls", "false", "Serve clients with a certificate made at start."),
    PEER_CERT_FILE(SECURITY, TEXT, "peer-cert-file", "", "Certificate of the peer listener."),
    PEER_KEY_FILE(SECURITY, TEXT, "peer-key-file", "", "Key of the peer listener."),
    PEER_CLIENT_CERT_AUTH(
            SECURITY, BOOL, "peer-client-cert-auth", "false", "Require and verify certificates of members."),
    PEER_CLIENT_CERT_FILE(
            SECURITY, TEXT, "peer-client-cert-file", "", "Certificate with which this member calls others."),
    PEER_CLIENT_KEY_FILE(SECURITY, TEXT, "peer-client-key-file", "", "Key with which this member calls others."),
    PEER_TRUSTED_CA_FILE(SECURITY, TEXT, "peer-trusted-ca-file", "", "Authorities that sign certificates of members."),
    PEER_CERT_ALLOWED_CN(
            SECURITY, LIST, "peer-cert-allowed-cn", "", "Common names of which a member's certificate must carry one."),
    PEER_CERT_ALLOWED_HOSTNAME(
            SECURITY,
            LIST,
            "peer-cert-allowed-hostname",
            "",
            "Host names of which a member's certificate must carry one."),
    PEER_AUTO_TLS(SECURITY, BOOL, "peer-auto-tls", "false", "Serve members with a certificate made at start."),
    SELF_SIGNED_CERT_VALIDITY(
            SECURITY, UINT, "self-signed-cert-validity", "1", "Years for which a certificate made at start is valid."),
    PEER_CRL_FILE(SECURITY, TEXT, "peer-crl-file", "", "Revoked certificates of members."),
    CIPHER_SUITES(SECURITY, LIST, "cipher-suites", "", "TLS cipher suites to offer."),
    CORS(SECURITY, LIST, "cors", "*", "Origins that browsers may call from."),
    HOST_WHITELIST(SECURITY, LIST, "host-whitelist", "*", "Host names that HTTP requests without TLS may ask for."),
    TLS_MIN_VERSION(SECURITY, TEXT, "tls-min-version", "TLS1.2", "TLS1.2 or TLS1.3."),
    TLS_MAX_VERSION(SECURITY, TEXT, "tls-max-version", "", "TLS1.2 or TLS1.3; default is the newest."),

    AUTH_TOKEN(
            AUTH,
            TEXT,
            "auth-token",
            "simple",
            "'simple', or 'jwt' with its options: jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=<duration>."),
    BCRYPT_COST(AUTH, UINT, "bcrypt-cost", "10", "Cost of hashing passwords, 4 to 31; each step doubles the time."),
    AUTH_TOKEN_TTL(
            AUTH, UINT, "auth-token-ttl", "300", "Time after which a simple token ends that is not used, in seconds."),

    ENABLE_PPROF(
            MONITORING,
            BOOL,
            "enable-pprof",
            "false",
            "Serve Go profiles under /debug/pprof/.",
            none("there are no Go profiles of a JVM; use jcmd")),
    METRICS(MONITORING, TEXT, "metrics", "basic", "'basic', or 'extensive' for histograms of every method."),
    LISTEN_METRICS_URLS(MONITORING, URLS, "listen-metrics-urls", "", "Further URLs for /metrics and /health."),

    LOGGER(LOGGING, TEXT, "logger", "zap", "'zap', etcd's only value."),
    LOG_OUTPUTS(
            LOGGING,
            LIST,
            "log-outputs",
            "default",
            "'stderr' or 'default', 'stdout', or files; a comma separated list."),
    LOG_LEVEL(LOGGING, TEXT, "log-level", "info", "debug, info, warn, error, panic or fatal."),
    LOG_FORMAT(LOGGING, TEXT, "log-format", "json", "'json' or 'console'."),
    ENABLE_LOG_ROTATION(LOGGING, BOOL, "enable-log-rotation", "false", "Begin a new file when the log file is full."),
    LOG_ROTATION_CONFIG_JSON(
            LOGGING,
            TEXT,
            "log-rotation-config-json",
            "{\"maxsize\": 100, \"maxage\": 0, \"maxbackups\": 0, \"localtime\": false, \"compress\": false}",
            "When and how to begin a new log file: maxsize in MB, maxage in days, maxbackups in files, 0 is no limit."),
    WARNING_UNARY_REQUEST_DURATION(
            LOGGING, DURATION, "warning-unary-request-duration", "300ms", "Log unary requests that take longer."),

    ENABLE_DISTRIBUTED_TRACING(
            TRACING,
            BOOL,
            "enable-distributed-tracing",
            "false",
            "Send traces to a collector.",
            none("no traces are written")),
    DISTRIBUTED_TRACING_ADDRESS(
            TRACING,
            TEXT,
            "distributed-tracing-address",
            "localhost:4317",
            "The collector.",
            none("no traces are written")),
    DISTRIBUTED_TRACING_SERVICE_NAME(
            TRACING,
            TEXT,
            "distributed-tracing-service-name",
            "etcd",
            "Name of the service in traces.",
            none("no traces are written")),
    DISTRIBUTED_TRACING_INSTANCE_ID(
            TRACING,
            TEXT,
            "distributed-tracing-instance-id",
            "",
            "Name of this member in traces.",
            none("no traces are written")),
    DISTRIBUTED_TRACING_SAMPLING_RATE(
            TRACING,
            INT,
            "distributed-tracing-sampling-rate",
            "0",
            "Traces of a million requests.",
            none("no traces are written")),

    CORRUPT_CHECK_TIME(FEATURES, DURATION, "corrupt-check-time", "0s", "Time between comparisons of members."),
    COMPACT_HASH_CHECK_TIME(
            FEATURES, DURATION, "compact-hash-check-time", "1m", "Time between comparisons of compacted history."),
    COMPACTION_BATCH_LIMIT(
            FEATURES,
            INT,
            "compaction-batch-limit",
            "1000",
            "Revisions that a compaction erases at a time.",
            none("a compaction erases in slices of its own")),
    PEER_SKIP_CLIENT_SAN_VERIFICATION(
            FEATURES,
            BOOL,
            "peer-skip-client-san-verification",
            "false",
            "Do not check the addresses in certificates of members."),
    WATCH_PROGRESS_NOTIFY_INTERVAL(
            FEATURES,
            DURATION,
            "watch-progress-notify-interval",
            "10m",
            "Interval of progress notifications on quiet watches."),
    WARNING_APPLY_DURATION(
            FEATURES, DURATION, "warning-apply-duration", "100ms", "Log commands that take longer to apply."),
    BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES(
            FEATURES,
            UINT,
            "bootstrap-defrag-threshold-megabytes",
            "0",
            "Space worth a defragmentation at start.",
            none("nothing needs to be defragmented at start")),
    MAX_LEARNERS(FEATURES, INT, "max-learners", "1", "Most learners in the cluster."),
    COMPACTION_SLEEP_INTERVAL(
            FEATURES,
            DURATION,
            "compaction-sleep-interval",
            "10ms",
            "Pause between batches of a compaction.",
            none("a compaction erases in slices of its own")),
    DOWNGRADE_CHECK_TIME(
            FEATURES,
            DURATION,
            "downgrade-check-time",
            "5s",
            "Time between looks at the state of a downgrade.",
            none("nobody is of an older release, so no downgrade comes to its end by itself")),
    SNAPSHOT_CATCHUP_ENTRIES(
            FEATURES,
            UINT,
            "snapshot-catchup-entries",
            "5000",
            "Log entries kept behind a snapshot for members that are behind.",
            none("the log is kept by size")),

    FORCE_NEW_CLUSTER(
            UNSAFE,
            BOOL,
            "force-new-cluster",
            "false",
            "Make a cluster of one member out of what is in the data directory."),
    UNSAFE_NO_FSYNC(
            UNSAFE,
            BOOL,
            "unsafe-no-fsync",
            "false",
            "Never sync the raft log: loses acknowledged writes in a power cut."),

    STORAGE_ENGINE(
            METASTORE,
            TEXT,
            "storage-engine",
            "rocksdb",
            "'rocksdb', or 'memory' for a state that is not kept on disk."),
    STORAGE_CACHE_BYTES(
            METASTORE,
            UINT,
            "storage-cache-bytes",
            "0",
            "Native memory for the RocksDB caches; 0 computes it from the machine."),
    PROMOTE_WHEN_READY(
            METASTORE,
            BOOL,
            "promote-when-ready",
            "false",
            "Become a voter, if this member is a learner, once it has nearly all of the leader's log."),
    SNAPSHOT_TRANSFER_MEGABYTES(
            METASTORE,
            UINT,
            "snapshot-transfer-megabytes",
            "64",
            "Most MiB per second sent to members that need a snapshot; 0 is no limit."),
    EVENT_LOOPS(METASTORE, UINT, "event-loops", "0", "Network threads; 0 is one per core."),
    GRPC_REFLECTION(METASTORE, BOOL, "enable-grpc-reflection", "false", "Serve gRPC server reflection."),
    AUDIT_LOG(METASTORE, TEXT, "audit-log", "", "File with a line of JSON for each request; none if empty."),
    AUDIT_LOG_MAX_MEGABYTES(
            METASTORE,
            UINT,
            "audit-log-max-megabytes",
            "100",
            "Size at which the audit log is set aside and a new one begins."),
    AUDIT_LOG_MAX_FILES(
            METASTORE, UINT, "audit-log-max-files", "10", "Audit logs that were set aside and are kept; 0 keeps all."),
    TRAFFIC_SAMPLING(
            METASTORE,
            UINT,
            "traffic-sampling",
            "0",
            "One KV request in so many is looked at, to know which keys and clients are busy; 0 looks at none.");

    private static final Map<String, Flag> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(Flag::flagName, Function.identity()));
    private static final Map<String, Flag> BY_VARIABLE =
            Arrays.stream(values()).collect(Collectors.toMap(Flag::environmentName, Function.identity()));

    private final FlagGroup group;
    private final FlagKind kind;
    private final String flagName;
    private final String defaultValue;
    private final String description;
    private final FlagEffect effect;

    Flag(FlagGroup group, FlagKind kind, String flagName, String defaultValue, String description) {
        this(group, kind, flagName, defaultValue, description, FlagEffect.SERVED);
    }

    Flag(FlagGroup group, FlagKind kind, String flagName, String defaultValue, String description, FlagEffect effect) {
        this.group = group;
        this.kind = kind;
        this.flagName = flagName;
        this.defaultValue = defaultValue;
        this.description = description;
        this.effect = effect;
    }

    public FlagGroup group() {
        return group;
    }

    public FlagKind kind() {
        return kind;
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

    public FlagEffect effect() {
        return effect;
    }

    /** {@code ETCD_} and the upper-cased name, as etcd reads it. */
    public String environmentName() {
        return "ETCD_" + flagName.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    public static Optional<Flag> named(String flagName) {
        return Optional.ofNullable(BY_NAME.get(flagName));
    }

    static Optional<Flag> ofVariable(String variable) {
        return Optional.ofNullable(BY_VARIABLE.get(variable));
    }
}
