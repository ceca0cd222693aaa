package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.server.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class ServerConfigTest {

    private static ServerConfig config(String... arguments) throws Exception {
        return config(Map.of(), arguments);
    }

    private static ServerConfig config(Map<String, String> environment, String... arguments) throws Exception {
        return ServerConfig.from(Options.of(Arguments.parse(List.of(arguments)), environment));
    }

    @Test
    void defaultsAreEtcds() throws Exception {
        ServerConfig config = config();

        assertThat(config.name()).isEqualTo("default");
        assertThat(config.dataDir()).isEqualTo(Path.of("default.etcd"));
        assertThat(config.listenClientUrls()).hasToString("[http://localhost:2379]");
        assertThat(config.advertisePeerUrls()).hasToString("[http://localhost:2380]");
        assertThat(config.initialCluster().token()).isEqualTo("etcd-cluster");
        assertThat(config.initialCluster().peerUrlsByName()).containsOnlyKeys("default");
        assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.electionTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.quotaBytes()).isEqualTo(2147483648L);
        assertThat(config.maxRequestBytes()).isEqualTo(1572864);
        assertThat(config.maxTxnOps()).isEqualTo(128);
        assertThat(config.maxConcurrentStreams()).isEqualTo(4294967295L);
        assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.autoCompaction()).isEqualTo(new AutoCompaction.Off());
        assertThat(config.fsync()).isTrue();
        assertThat(config.leaseCheckpoints()).isFalse();
        assertThat(config.log())
                .isEqualTo(new LogConfig("info", LogConfig.Format.JSON, List.of("stderr"), Optional.empty()));
        assertThat(config.keepAlive().minTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.keepAlive().timeout()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void thereIsAnAuditLogWhereItsFileIsNamed() throws Exception {
        assertThat(config().audit()).isEmpty();
        assertThat(config("--audit-log=a.log").audit())
                .contains(new AuditConfig(Path.of("a.log"), new LogRotation(100 << 20, 0, 10, false, false)));
        assertThat(config("--audit-log=a.log", "--audit-log-max-megabytes=1", "--audit-log-max-files=0")
                        .audit())
                .contains(new AuditConfig(Path.of("a.log"), new LogRotation(1 << 20, 0, 0, false, false)));
    }

    @Test
    void metricsShowWhatIsSwitched() throws Exception {
        assertThat(config().monitoring().extensiveMetrics()).isFalse();
        assertThat(config("--metrics=other").monitoring().extensiveMetrics()).isFalse();
        Monitoring switched = config("--metrics=extensive", "--feature-gates=AllBeta=false,LeaseCheckpoint=true")
                .monitoring();

        assertThat(switched.extensiveMetrics()).isTrue();
        assertThat(switched.features())
                .hasSize(FeatureGates.Gate.values().length + 2)
                .contains(
                        new FeatureGates.State("AllAlpha", "ALPHA", false),
                        new FeatureGates.State("AllBeta", "BETA", false),
                        new FeatureGates.State("FastLeaseKeepAlive", "BETA", false),
                        new FeatureGates.State("InitialCorruptCheck", "ALPHA", false),
                        new FeatureGates.State("LeaseCheckpoint", "ALPHA", true));
        assertThat(config().monitoring().features())
                .contains(new FeatureGates.State("FastLeaseKeepAlive", "BETA", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--name=a b", "--name|a b", "-name|a b", "-name=a b", "--name|x|--name|a b"})
    void flagsAreWrittenAsInGo(String line) throws Exception {
        ServerConfig config = config((line + "|--initial-cluster=a b=http://localhost:2380").split("\\|"));

        assertThat(config.name()).isEqualTo("a b");
    }

    @Test
    void aBooleanIsSetByNamingIt() throws Exception {
        assertThat(config("--unsafe-no-fsync").fsync()).isFalse();
        assertThat(config("--unsafe-no-fsync=false").fsync()).isTrue();
        assertThat(config("--unsafe-no-fsync", "--name=default").fsync()).isFalse();
    }

    @Test
    void environmentSetsWhatNoFlagSets() throws Exception {
        assertThat(config(Map.of("ETCD_MAX_TXN_OPS", "7")).maxTxnOps()).isEqualTo(7);
    }

    @Test
    void aFlagAndItsVariableTogetherAreRefused() {
        assertThatThrownBy(() -> config(Map.of("ETCD_NAME", "x"), "--name=y"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ETCD_NAME")
                .hasMessageContaining("--name");
    }

    @Test
    void anUnknownVariableIsOnlyAWarning() throws Exception {
        Options options = Options.of(
                Arguments.parse(List.of()),
                Map.of("ETCD_NO_SUCH", "1", "ETCD_UNSUPPORTED_ARCH", "amd64", "ETCD_VERSION", "3"));

        assertThat(options.warnings())
                .containsExactly(
                        "unrecognized environment variable ETCD_NO_SUCH",
                        "cannot set special environment variable ETCD_VERSION");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --election-timeout=400                               | at least as 5 times
            --election-timeout=50001                             | too long
            --listen-client-urls=http://localhost:1              | --advertise-client-urls is required
            --listen-client-urls=http://example.com:1            | expected IP
            --listen-peer-urls=localhost:1                       | scheme
            --listen-peer-urls=http://localhost                  | host:port
            --listen-peer-urls=http://localhost:1/x              | path
            --listen-peer-urls=                                  | scheme
            --initial-cluster=other=http://localhost:2380        | couldn't find local name
            --initial-cluster=default=http://localhost:1         | initial-advertise-peer-urls
            --initial-cluster=nonsense                           | expected name=url
            --initial-cluster-state=old                          | expected new or existing
            --max-txn-ops=0                                      | is not between
            --max-txn-ops=99999999999                            | is not between
            --auto-compaction-mode=never                         | unknown auto-compaction-mode
            --auto-compaction-retention=1x                       | retention
            --auto-compaction-mode=revision --auto-compaction-retention=5m | not a number of revisions
            --watch-progress-notify-interval=99ms                | at least 100ms
            --log-level=loud                                     | unrecognized level: "loud"
            --log-format=xml                                     | unknown log format: xml, supported values json, console
            --logger=capnslog                                    | --logger=capnslog is removed in v3.5
            --logger=paper                                       | unknown logger option "paper"
            --log-outputs=default,/tmp/x                         | multi logoutput for "default" is not supported yet
            --enable-log-rotation                                | requires a single file path
            --enable-log-rotation --log-outputs=/a,/b            | requires a single file path
            --enable-log-rotation --log-outputs=/a --log-rotation-config-json={  | improperly formatted log rotation config
            --enable-log-rotation --log-outputs=/a --log-rotation-config-json={"maxsize":"x"} | invalid log rotation config
            --discovery-fallback=proxy                           | v2 proxy is deprecated
            --compact-hash-check-time=0s                         | --compact-hash-check-time must be >0 (set to 0s)
            --corrupt-check-time=-1s                             | --corrupt-check-time: expected a duration of zero or more, found -1s
            --feature-gates=LeaseCheckpointPersist=true          | requires enabling feature gate LeaseCheckpoint
            --grpc-keepalive-timeout=-1s                         | expected a duration of zero or more
            --storage-engine=paper                               | rocksdb or memory
            """)
    void whatMakesNoSenseIsRefused(String arguments, String reason) {
        assertThatThrownBy(() -> config(arguments.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> config("--max-txn-ops=0", "--log-level=loud"))
                .hasMessageContaining("max-txn-ops")
                .hasMessageContaining("unrecognized level");
    }

    @Test
    void keepAlivesAreAsSet() throws Exception {
        KeepAlive set = config(
                        "--grpc-keepalive-min-time=1s", "--grpc-keepalive-interval=0", "--grpc-keepalive-timeout=3s")
                .keepAlive();

        assertThat(set).isEqualTo(new KeepAlive(Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(3)));
        assertThat(config().keepAlive().interval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config("--grpc-keepalive-interval=2h").keepAlive().interval())
                .isEqualTo(Duration.ofHours(2));
        assertThat(config("--grpc-keepalive-interval=1ms").keepAlive().interval())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void logsGoWhereTheyAreAskedTo() throws Exception {
        LogConfig log = config(
                        "--log-level=warn",
                        "--log-format=console",
                        "--log-outputs=stdout,/var/log/etcd.log",
                        "--enable-log-rotation",
                        "--log-rotation-config-json={\"maxsize\": 7, \"maxbackups\": 2, \"compress\": true}")
                .log();

        assertThat(log)
                .isEqualTo(new LogConfig(
                        "warn",
                        LogConfig.Format.CONSOLE,
                        List.of("stdout", "/var/log/etcd.log"),
                        Optional.of(new LogRotation(7 << 20, 0, 2, false, true))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --listen-peer-urls=https://localhost:2380 | cannot listen on TLS for https://localhost:2380
            --peer-cert-file=x | --peer-cert-file and --peer-key-file must both be present
            --peer-auto-tls --peer-cert-file=x | --peer-cert-file and --peer-key-file must both be present
            --peer-cert-file=x --peer-key-file=y --peer-client-key-file=z | --peer-client-cert-file and --peer-client-key-file must both be present
            --peer-cert-file=x --peer-key-file=y --peer-cert-allowed-cn=a --peer-cert-allowed-hostname=b | AllowedCNs and AllowedHostnames are mutually exclusive
            """)
    void tlsBetweenMembersHasToFitTogether(String arguments, String problem) {
        assertThatThrownBy(() -> config(arguments.split(" "))).hasMessageContaining(problem);
    }

    @Test
    void tlsBetweenMembersIsAsTold() throws Exception {
        TlsConfig tls = config(
                        "--peer-cert-file=c",
                        "--peer-key-file=k",
                        "--peer-trusted-ca-file=ca",
                        "--peer-client-cert-file=cc",
                        "--peer-client-key-file=ck",
                        "--peer-crl-file=r",
                        "--peer-client-cert-auth",
                        "--peer-cert-allowed-hostname=a,b",
                        "--peer-skip-client-san-verification")
                .peers()
                .tls();

        assertThat(List.of(
                        Objects.requireNonNull(tls.certificate()),
                        Objects.requireNonNull(tls.key()),
                        Objects.requireNonNull(tls.trustedCa()),
                        Objects.requireNonNull(tls.callCertificate()),
                        Objects.requireNonNull(tls.callKey()),
                        Objects.requireNonNull(tls.revoked())))
                .hasToString("[c, k, ca, cc, ck, r]");
        assertThat(tls.clientCertAuth()).isTrue();
        assertThat(tls.allowedNames()).containsExactly("a", "b");
        assertThat(tls.verifiesAddresses()).isFalse();
        assertThat(config("--peer-cert-file=c", "--peer-key-file=k")
                        .peers()
                        .tls()
                        .verifiesAddresses())
                .isTrue();
    }

    /** As in etcd. */
    @Test
    void certificatesMadeAtStartVerifyNobodyWhateverElseIsSet() throws Exception {
        assertThat(config(
                                "--peer-auto-tls",
                                "--peer-trusted-ca-file=x",
                                "--peer-client-cert-auth",
                                "--peer-cert-allowed-cn=a",
                                "--peer-cert-allowed-hostname=b")
                        .peers()
                        .tls())
                .isEqualTo(config("--peer-auto-tls").peers().tls());
    }

    @ParameterizedTest
    @CsvSource({
        "periodic, 1, PT1H",
        "periodic, 5m, PT5M",
        "periodic, 1h30m, PT1H30M",
        "periodic, 0.5s, PT0.5S",
        "periodic, 100ms, PT0.1S"
    })
    void periodicRetentionIsHoursOrADuration(String mode, String retention, String expected) {
        assertThat(AutoCompaction.parse(mode, retention, new java.util.ArrayList<>()))
                .isEqualTo(new AutoCompaction.Periodic(Duration.parse(expected)));
    }

    @Test
    void everyFlagHasItsOwnName() {
        assertThat(Arrays.stream(Flag.values()).map(Flag::flagName)).doesNotHaveDuplicates();
        assertThat(Usage.full()).contains("--name", "--storage-engine");
    }
}
