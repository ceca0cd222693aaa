package io.metastore.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every option of the server: etcd's names and defaults (etcd: server/embed/config.go), and a few of our own. */
public enum Flag {
    CONFIG_FILE(
            FlagGroup.START,
            FlagKind.TEXT,
            "config-file",
            "",
            "Path to a YAML or JSON file with these settings; then flags and environment are ignored."),
    VERSION(FlagGroup.START, FlagKind.BOOL, "version", "false", "Tell the version and exit."),

    NAME(FlagGroup.MEMBER, FlagKind.TEXT, "name", "default", "Human-readable name for this member."),
    DATA_DIR(FlagGroup.MEMBER, FlagKind.TEXT, "data-dir", "", "Path to the data directory; default is <name>.etcd."),
    WAL_DIR(
            FlagGroup.MEMBER,
            FlagKind.TEXT,
            "wal-dir",
            "",
            "Path to a directory of its own for the raft log.",
            FlagEffect.refused("the raft log is kept in the data directory; put --data-dir on the disk meant for it")),
    SNAPSHOT_COUNT(
            FlagGroup.MEMBER,
            FlagKind.UINT,
            "snapshot-count",
            "10000",
            "Requests between raft snapshots at the least; a snapshot is taken when the log has grown by 256 MiB or by 100000 entries, or by this many where it is set."),
    HEARTBEAT_INTERVAL(
            FlagGroup.MEMBER, FlagKind.UINT, "heartbeat-interval", "100", "Time between heartbeats, in milliseconds."),
    ELECTION_TIMEOUT(
            FlagGroup.MEMBER,
            FlagKind.UINT,
            "election-timeout",
            "1000",
            "Time for an election to time out, in milliseconds."),
    INITIAL_ELECTION_TICK_ADVANCE(
            FlagGroup.MEMBER,
            FlagKind.BOOL,
            "initial-election-tick-advance",
            "true",
            "Shorten the wait for the first election.",
            FlagEffect.none("the first election waits for one election timeout")),
    LISTEN_PEER_URLS(
            FlagGroup.MEMBER,
            FlagKind.URLS,
            "listen-peer-urls",
            "http://localhost:2380",
            "URLs to listen on for peer traffic."),
    LISTEN_CLIENT_URLS(
            FlagGroup.MEMBER,
            FlagKind.URLS,
            "listen-client-urls",
            "http://localhost:2379",
            "URLs to listen on for client traffic."),
    LISTEN_CLIENT_HTTP_URLS(
            FlagGroup.MEMBER,
            FlagKind.URLS,
            "listen-client-http-urls",
            "",
            "URLs for HTTP alone; then listen-client-urls serve gRPC alone.",
            FlagEffect.refused("HTTP is served on --listen-client-urls")),
    MAX_SNAPSHOTS(
            FlagGroup.MEMBER,
            FlagKind.UINT,
            "max-snapshots",
            "5",
            "Snapshot files to keep.",
            FlagEffect.none("the newest snapshot is kept")),
    MAX_WALS(
            FlagGroup.MEMBER,
            FlagKind.UINT,
            "max-wals",
            "5",
            "Log files to keep.",
            FlagEffect.none("what a snapshot covers is removed from the log")),
    MEMORY_MLOCK(
            FlagGroup.MEMBER,
            FlagKind.BOOL,
            "memory-mlock",
            "false",
            "Keep the memory of the process from being swapped.",
            FlagEffect.none("memory is not locked")),
    QUOTA_BACKEND_BYTES(
            FlagGroup.MEMBER,
            FlagKind.INT,
            "quota-backend-bytes",
            "0",
            "Size at which writes are refused with a space alarm; 0 is 2 GiB as in etcd, negative is no quota."),
    BACKEND_BBOLT_FREELIST_TYPE(
            FlagGroup.MEMBER,
            FlagKind.TEXT,
            "backend-bbolt-freelist-type",
            "map",
            "Kind of bbolt's free list.",
            FlagEffect.none("the state is not kept in bbolt")),
    BACKEND_BATCH_INTERVAL(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "backend-batch-interval",
            "",
            "Longest time before a bbolt commit.",
            FlagEffect.none("the state is not kept in bbolt")),
    BACKEND_BATCH_LIMIT(
            FlagGroup.MEMBER,
            FlagKind.INT,
            "backend-batch-limit",
            "0",
            "Most operations before a bbolt commit.",
            FlagEffect.none("the state is not kept in bbolt")),
    MAX_TXN_OPS(FlagGroup.MEMBER, FlagKind.UINT, "max-txn-ops", "128", "Most operations in one transaction."),
    MAX_REQUEST_BYTES(
            FlagGroup.MEMBER, FlagKind.UINT, "max-request-bytes", "1572864", "Largest request accepted, in bytes."),
    MAX_CONCURRENT_STREAMS(
            FlagGroup.MEMBER,
            FlagKind.UINT,
            "max-concurrent-streams",
            "4294967295",
            "Most concurrent streams that one connection may open."),
    GRPC_KEEPALIVE_MIN_TIME(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "grpc-keepalive-min-time",
            "5s",
            "Least time between pings of a client; one that pings more often is sent away."),
    GRPC_KEEPALIVE_INTERVAL(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "grpc-keepalive-interval",
            "2h",
            "Time after which a quiet connection is pinged; 0 is never. Unless it is set, 30s."),
    GRPC_KEEPALIVE_TIMEOUT(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "grpc-keepalive-timeout",
            "20s",
            "Time after which a connection that does not answer a ping is closed."),
    SOCKET_REUSE_PORT(
            FlagGroup.MEMBER,
            FlagKind.BOOL,
            "socket-reuse-port",
            "false",
            "Let several processes listen on one port (SO_REUSEPORT)."),
    SOCKET_REUSE_ADDRESS(
            FlagGroup.MEMBER,
            FlagKind.BOOL,
            "socket-reuse-address",
            "false",
            "Bind addresses that are in TIME_WAIT (SO_REUSEADDR).",
            FlagEffect.none("it is always so")),
    ENABLE_GRPC_GATEWAY(FlagGroup.MEMBER, FlagKind.BOOL, "enable-grpc-gateway", "true", "Serve the JSON gateway."),
    RAFT_READ_TIMEOUT(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "raft-read-timeout",
            "5s",
            "Read timeout of connections between members.",
            FlagEffect.none("members talk gRPC, with deadlines of its own")),
    RAFT_WRITE_TIMEOUT(
            FlagGroup.MEMBER,
            FlagKind.DURATION,
            "raft-write-timeout",
            "5s",
            "Write timeout of connections between members.",
            FlagEffect.none("members talk gRPC, with deadlines of its own")),
    FEATURE_GATES(FlagGroup.MEMBER, FlagKind.GATES, "feature-gates", "", "Features to switch, Name=true|false,..."),

    INITIAL_ADVERTISE_PEER_URLS(
            FlagGroup.CLUSTERING,
            FlagKind.URLS,
            "initial-advertise-peer-urls",
            "http://localhost:2380",
            "This member's peer URLs to advertise to members."),
    INITIAL_CLUSTER(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "initial-cluster",
            "",
            "Members of a new cluster, name=url,...; default is this member alone."),
    INITIAL_CLUSTER_STATE(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "initial-cluster-state",
            "new",
            "'new' or 'existing'; ignored once data exists."),
    INITIAL_CLUSTER_TOKEN(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "initial-cluster-token",
            "etcd-cluster",
            "Token that enters the ids of a new cluster."),
    ADVERTISE_CLIENT_URLS(
            FlagGroup.CLUSTERING,
            FlagKind.URLS,
            "advertise-client-urls",
            "http://localhost:2379",
            "This member's client URLs to advertise to clients."),
    DISCOVERY_TOKEN(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-token",
            "",
            "Cluster to look up at a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_ENDPOINTS(
            FlagGroup.CLUSTERING,
            FlagKind.LIST,
            "discovery-endpoints",
            "",
            "Endpoints of a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_DIAL_TIMEOUT(
            FlagGroup.CLUSTERING,
            FlagKind.DURATION,
            "discovery-dial-timeout",
            "2s",
            "Of connections to a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_REQUEST_TIMEOUT(
            FlagGroup.CLUSTERING,
            FlagKind.DURATION,
            "discovery-request-timeout",
            "5s",
            "Of connections to a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEEPALIVE_TIME(
            FlagGroup.CLUSTERING,
            FlagKind.DURATION,
            "discovery-keepalive-time",
            "2s",
            "Of connections to a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEEPALIVE_TIMEOUT(
            FlagGroup.CLUSTERING,
            FlagKind.DURATION,
            "discovery-keepalive-timeout",
            "6s",
            "Of connections to a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_INSECURE_TRANSPORT(
            FlagGroup.CLUSTERING,
            FlagKind.BOOL,
            "discovery-insecure-transport",
            "true",
            "Talk to a discovery service without TLS.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_INSECURE_SKIP_TLS_VERIFY(
            FlagGroup.CLUSTERING,
            FlagKind.BOOL,
            "discovery-insecure-skip-tls-verify",
            "false",
            "Do not check the certificate of a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_CERT(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-cert",
            "",
            "For a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_KEY(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-key",
            "",
            "For a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_CACERT(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-cacert",
            "",
            "For a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_USER(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-user",
            "",
            "For a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_PASSWORD(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-password",
            "",
            "For a discovery service.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_FALLBACK(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-fallback",
            "exit",
            "What to do when discovery fails: 'exit'."),
    DISCOVERY_SRV(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-srv",
            "",
            "DNS domain in which to find the members.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    DISCOVERY_SRV_NAME(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "discovery-srv-name",
            "",
            "Suffix of the DNS name in which to find the members.",
            FlagEffect.refused("clusters are not discovered here; name the members in --initial-cluster")),
    STRICT_RECONFIG_CHECK(
            FlagGroup.CLUSTERING,
            FlagKind.BOOL,
            "strict-reconfig-check",
            "true",
            "Refuse changes of membership that would cost the quorum.",
            FlagEffect.none("there are no changes of membership yet")),
    PRE_VOTE(
            FlagGroup.CLUSTERING,
            FlagKind.BOOL,
            "pre-vote",
            "true",
            "Ask for votes before an election disturbs the leader.",
            FlagEffect.none("pre-vote is always on")),
    AUTO_COMPACTION_RETENTION(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "auto-compaction-retention",
            "0",
            "Retention: hours or a duration (periodic), or revisions; 0 is off."),
    AUTO_COMPACTION_MODE(
            FlagGroup.CLUSTERING, FlagKind.TEXT, "auto-compaction-mode", "periodic", "'periodic' or 'revision'."),
    V2_DEPRECATION(
            FlagGroup.CLUSTERING,
            FlagKind.TEXT,
            "v2-deprecation",
            "write-only",
            "Stage of the removal of the v2 store.",
            FlagEffect.none("there is no v2 store")),

    CERT_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "cert-file",
            "",
            "Certificate of the client listener.",
            FlagEffect.refused("TLS is not served yet")),
    KEY_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "key-file",
            "",
            "Key of the client listener.",
            FlagEffect.refused("TLS is not served yet")),
    CLIENT_CERT_AUTH(
            FlagGroup.SECURITY,
            FlagKind.BOOL,
            "client-cert-auth",
            "false",
            "Require and verify certificates of clients.",
            FlagEffect.refused("TLS is not served yet")),
    CLIENT_CERT_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "client-cert-file",
            "",
            "Certificate with which this member calls itself as a client.",
            FlagEffect.refused("TLS is not served yet")),
    CLIENT_KEY_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "client-key-file",
            "",
            "Key with which this member calls itself as a client.",
            FlagEffect.refused("TLS is not served yet")),
    CLIENT_CRL_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "client-crl-file",
            "",
            "Revoked certificates of clients.",
            FlagEffect.refused("TLS is not served yet")),
    CLIENT_CERT_ALLOWED_HOSTNAME(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "client-cert-allowed-hostname",
            "",
            "Host names of which a client certificate must carry one.",
            FlagEffect.refused("TLS is not served yet")),
    TRUSTED_CA_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "trusted-ca-file",
            "",
            "Authorities that sign certificates of clients.",
            FlagEffect.refused("TLS is not served yet")),
    AUTO_TLS(
            FlagGroup.SECURITY,
            FlagKind.BOOL,
            "auto-tls",
            "false",
            "Serve clients with a certificate made at start.",
            FlagEffect.refused("TLS is not served yet")),
    PEER_CERT_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-cert-file",
            "",
            "Certificate of the peer listener.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_KEY_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-key-file",
            "",
            "Key of the peer listener.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_CLIENT_CERT_AUTH(
            FlagGroup.SECURITY,
            FlagKind.BOOL,
            "peer-client-cert-auth",
            "false",
            "Require and verify certificates of members.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_CLIENT_CERT_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-client-cert-file",
            "",
            "Certificate with which this member calls others.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_CLIENT_KEY_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-client-key-file",
            "",
            "Key with which this member calls others.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_TRUSTED_CA_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-trusted-ca-file",
            "",
            "Authorities that sign certificates of members.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_CERT_ALLOWED_CN(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "peer-cert-allowed-cn",
            "",
            "Common names of which a member's certificate must carry one.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_CERT_ALLOWED_HOSTNAME(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "peer-cert-allowed-hostname",
            "",
            "Host names of which a member's certificate must carry one.",
            FlagEffect.refused("TLS between members is not served yet")),
    PEER_AUTO_TLS(
            FlagGroup.SECURITY,
            FlagKind.BOOL,
            "peer-auto-tls",
            "false",
            "Serve members with a certificate made at start.",
            FlagEffect.refused("TLS between members is not served yet")),
    SELF_SIGNED_CERT_VALIDITY(
            FlagGroup.SECURITY,
            FlagKind.UINT,
            "self-signed-cert-validity",
            "1",
            "Years for which a certificate made at start is valid.",
            FlagEffect.none("no certificates are made at start")),
    PEER_CRL_FILE(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "peer-crl-file",
            "",
            "Revoked certificates of members.",
            FlagEffect.refused("TLS between members is not served yet")),
    CIPHER_SUITES(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "cipher-suites",
            "",
            "TLS cipher suites to offer.",
            FlagEffect.refused("TLS is not served yet")),
    CORS(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "cors",
            "*",
            "Origins that browsers may call from.",
            FlagEffect.none("no answer allows any other origin")),
    HOST_WHITELIST(
            FlagGroup.SECURITY,
            FlagKind.LIST,
            "host-whitelist",
            "*",
            "Host names that HTTP requests without TLS may ask for.",
            FlagEffect.refused("host names of HTTP requests are not checked yet")),
    TLS_MIN_VERSION(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "tls-min-version",
            "TLS1.2",
            "TLS1.2 or TLS1.3.",
            FlagEffect.refused("TLS is not served yet")),
    TLS_MAX_VERSION(
            FlagGroup.SECURITY,
            FlagKind.TEXT,
            "tls-max-version",
            "",
            "TLS1.2 or TLS1.3; default is the newest.",
            FlagEffect.refused("TLS is not served yet")),

    AUTH_TOKEN(
            FlagGroup.AUTH,
            FlagKind.TEXT,
            "auth-token",
            "simple",
            "'simple', or 'jwt' with its options: jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=<duration>."),
    BCRYPT_COST(
            FlagGroup.AUTH,
            FlagKind.UINT,
            "bcrypt-cost",
            "10",
            "Cost of hashing passwords, 4 to 31; each step doubles the time."),
    AUTH_TOKEN_TTL(
            FlagGroup.AUTH,
            FlagKind.UINT,
            "auth-token-ttl",
            "300",
            "Time after which a simple token ends that is not used, in seconds."),

    ENABLE_PPROF(
            FlagGroup.MONITORING,
            FlagKind.BOOL,
            "enable-pprof",
            "false",
            "Serve Go profiles under /debug/pprof/.",
            FlagEffect.none("there are no Go profiles of a JVM; use jcmd")),
    METRICS(
            FlagGroup.MONITORING,
            FlagKind.TEXT,
            "metrics",
            "basic",
            "'basic', or 'extensive' for histograms of every method.",
            FlagEffect.none("metrics are not served yet")),
    LISTEN_METRICS_URLS(
            FlagGroup.MONITORING,
            FlagKind.URLS,
            "listen-metrics-urls",
            "",
            "Further URLs for /metrics and /health.",
            FlagEffect.refused("metrics are not served yet")),

    LOGGER(FlagGroup.LOGGING, FlagKind.TEXT, "logger", "zap", "'zap', etcd's only value."),
    LOG_OUTPUTS(
            FlagGroup.LOGGING,
            FlagKind.LIST,
            "log-outputs",
            "default",
            "'stderr' or 'default', 'stdout', or files; a comma separated list."),
    LOG_LEVEL(FlagGroup.LOGGING, FlagKind.TEXT, "log-level", "info", "debug, info, warn, error, panic or fatal."),
    LOG_FORMAT(FlagGroup.LOGGING, FlagKind.TEXT, "log-format", "json", "'json' or 'console'."),
    ENABLE_LOG_ROTATION(
            FlagGroup.LOGGING,
            FlagKind.BOOL,
            "enable-log-rotation",
            "false",
            "Begin a new file when the log file is full."),
    LOG_ROTATION_CONFIG_JSON(
            FlagGroup.LOGGING,
            FlagKind.TEXT,
            "log-rotation-config-json",
            "{\"maxsize\": 100, \"maxage\": 0, \"maxbackups\": 0, \"localtime\": false, \"compress\": false}",
            "When and how to begin a new log file: maxsize in MB, maxage in days, maxbackups in files, 0 is no limit."),
    WARNING_UNARY_REQUEST_DURATION(
            FlagGroup.LOGGING,
            FlagKind.DURATION,
            "warning-unary-request-duration",
            "300ms",
            "Log unary requests that take longer.",
            FlagEffect.none("slow requests are not logged yet")),

    ENABLE_DISTRIBUTED_TRACING(
            FlagGroup.TRACING,
            FlagKind.BOOL,
            "enable-distributed-tracing",
            "false",
            "Send traces to a collector.",
            FlagEffect.none("no traces are written")),
    DISTRIBUTED_TRACING_ADDRESS(
            FlagGroup.TRACING,
            FlagKind.TEXT,
            "distributed-tracing-address",
            "localhost:4317",
            "The collector.",
            FlagEffect.none("no traces are written")),
    DISTRIBUTED_TRACING_SERVICE_NAME(
            FlagGroup.TRACING,
            FlagKind.TEXT,
            "distributed-tracing-service-name",
            "etcd",
            "Name of the service in traces.",
            FlagEffect.none("no traces are written")),
    DISTRIBUTED_TRACING_INSTANCE_ID(
            FlagGroup.TRACING,
            FlagKind.TEXT,
            "distributed-tracing-instance-id",
            "",
            "Name of this member in traces.",
            FlagEffect.none("no traces are written")),
    DISTRIBUTED_TRACING_SAMPLING_RATE(
            FlagGroup.TRACING,
            FlagKind.INT,
            "distributed-tracing-sampling-rate",
            "0",
            "Traces of a million requests.",
            FlagEffect.none("no traces are written")),

    CORRUPT_CHECK_TIME(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "corrupt-check-time",
            "0s",
            "Time between comparisons of members.",
            FlagEffect.none("members are not compared yet")),
    COMPACT_HASH_CHECK_TIME(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "compact-hash-check-time",
            "1m",
            "Time between comparisons of compacted history.",
            FlagEffect.none("members are not compared yet")),
    COMPACTION_BATCH_LIMIT(
            FlagGroup.FEATURES,
            FlagKind.INT,
            "compaction-batch-limit",
            "1000",
            "Revisions that a compaction erases at a time.",
            FlagEffect.none("a compaction erases in slices of its own")),
    PEER_SKIP_CLIENT_SAN_VERIFICATION(
            FlagGroup.FEATURES,
            FlagKind.BOOL,
            "peer-skip-client-san-verification",
            "false",
            "Do not check the addresses in certificates of members.",
            FlagEffect.refused("TLS between members is not served yet")),
    WATCH_PROGRESS_NOTIFY_INTERVAL(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "watch-progress-notify-interval",
            "10m",
            "Interval of progress notifications on quiet watches."),
    WARNING_APPLY_DURATION(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "warning-apply-duration",
            "100ms",
            "Log commands that take longer to apply.",
            FlagEffect.none("slow commands are not logged yet")),
    BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES(
            FlagGroup.FEATURES,
            FlagKind.UINT,
            "bootstrap-defrag-threshold-megabytes",
            "0",
            "Space worth a defragmentation at start.",
            FlagEffect.none("nothing needs to be defragmented at start")),
    MAX_LEARNERS(
            FlagGroup.FEATURES,
            FlagKind.INT,
            "max-learners",
            "1",
            "Most learners in the cluster.",
            FlagEffect.none("there are no learners yet")),
    COMPACTION_SLEEP_INTERVAL(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "compaction-sleep-interval",
            "10ms",
            "Pause between batches of a compaction.",
            FlagEffect.none("a compaction erases in slices of its own")),
    DOWNGRADE_CHECK_TIME(
            FlagGroup.FEATURES,
            FlagKind.DURATION,
            "downgrade-check-time",
            "5s",
            "Time between looks at the state of a downgrade.",
            FlagEffect.none("there are no downgrades")),
    SNAPSHOT_CATCHUP_ENTRIES(
            FlagGroup.FEATURES,
            FlagKind.UINT,
            "snapshot-catchup-entries",
            "5000",
            "Log entries kept behind a snapshot for members that are behind.",
            FlagEffect.none("the log is kept by size")),

    FORCE_NEW_CLUSTER(
            FlagGroup.UNSAFE,
            FlagKind.BOOL,
            "force-new-cluster",
            "false",
            "Make a cluster of one member out of what is in the data directory.",
            FlagEffect.refused("it is not served yet")),
    UNSAFE_NO_FSYNC(
            FlagGroup.UNSAFE,
            FlagKind.BOOL,
            "unsafe-no-fsync",
            "false",
            "Never sync the raft log: loses acknowledged writes in a power cut."),

    STORAGE_ENGINE(
            FlagGroup.METASTORE,
            FlagKind.TEXT,
            "storage-engine",
            "rocksdb",
            "'rocksdb', or 'memory' for a state that is not kept on disk."),
    STORAGE_CACHE_BYTES(
            FlagGroup.METASTORE,
            FlagKind.UINT,
            "storage-cache-bytes",
            "0",
            "Native memory for the RocksDB caches; 0 computes it from the machine."),
    EVENT_LOOPS(FlagGroup.METASTORE, FlagKind.UINT, "event-loops", "0", "Network threads; 0 is one per core."),
    GRPC_REFLECTION(
            FlagGroup.METASTORE, FlagKind.BOOL, "enable-grpc-reflection", "false", "Serve gRPC server reflection.");

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
