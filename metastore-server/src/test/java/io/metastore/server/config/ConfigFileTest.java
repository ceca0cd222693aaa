package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class ConfigFileTest {

    @TempDir
    Path directory;

    private Options read(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("etcd.yaml"), text);
        return Options.of(Arguments.parse(List.of("--config-file=" + file)), Map.of());
    }

    @Test
    void keysAreTheNamesOfFlags() throws Exception {
        ServerConfig config = ServerConfig.from(read("""
                name: n1
                data-dir: /var/lib/etcd
                listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
                heartbeat-interval: 50
                watch-progress-notify-interval: 600000000000
                quota-backend-bytes: -1
                log-outputs: [stdout, /tmp/x.log]
                unsafe-no-fsync: yes
                auto-compaction-retention: "5m"
                feature-gates: LeaseCheckpoint=true
                storage-engine: memory
                wal-dir:
                """));

        assertThat(config.name()).isEqualTo("n1");
        assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/etcd"));
        assertThat(config.listenClientUrls()).hasSize(2);
        assertThat(config.advertiseClientUrls()).hasToString("[http://localhost:2379]");
        assertThat(config.initialCluster().peerUrlsByName()).containsOnlyKeys("n1");
        assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofMillis(50));
        assertThat(config.watchProgressInterval()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.quotaBytes()).isEqualTo(-1);
        assertThat(config.log().outputs()).containsExactly("stdout", "/tmp/x.log");
        assertThat(config.fsync()).isFalse();
        assertThat(config.autoCompaction()).isEqualTo(new AutoCompaction.Periodic(Duration.ofMinutes(5)));
        assertThat(config.leaseCheckpoints()).isTrue();
    }

    @Test
    void aFileExcludesFlagsAndEnvironment() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "max-txn-ops: 7\n");

        Options byFlag = Options.of(
                Arguments.parse(List.of("--name=flag", "--config-file", file.toString())),
                Map.of("ETCD_NAME", "variable", "ETCD_MAX_REQUEST_BYTES", "9"));
        Options byVariable =
                Options.of(Arguments.parse(List.of("--name=flag")), Map.of("ETCD_CONFIG_FILE", file.toString()));

        assertThat(byFlag.values()).isEqualTo(Map.of(Flag.MAX_TXN_OPS, "7"));
        assertThat(byFlag.file()).contains(file);
        assertThat(byVariable.values()).isEqualTo(Map.of(Flag.MAX_TXN_OPS, "7"));
    }

    @Test
    void securityIsKeptInBlocks() throws Exception {
        Options options = read("""
                client-transport-security:
                  cert-file: server.crt
                  key-file: server.key
                  client-cert-auth: true
                  trusted-ca-file: ca.crt
                  auto-tls: false
                  allowed-hostname: [a.example, b.example]
                peer-transport-security:
                  cert-file: peer.crt
                  allowed-cn: [m1, m2]
                  skip-client-san-verification: true
                socket-options:
                  reuse-port: true
                cipher-suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
                """);

        assertThat(options.values())
                .containsEntry(Flag.CERT_FILE, "server.crt")
                .containsEntry(Flag.KEY_FILE, "server.key")
                .containsEntry(Flag.CLIENT_CERT_AUTH, "true")
                .containsEntry(Flag.TRUSTED_CA_FILE, "ca.crt")
                .containsEntry(Flag.AUTO_TLS, "false")
                .containsEntry(Flag.CLIENT_CERT_ALLOWED_HOSTNAME, "a.example,b.example")
                .containsEntry(Flag.PEER_CERT_FILE, "peer.crt")
                .containsEntry(Flag.PEER_CERT_ALLOWED_CN, "m1,m2")
                .containsEntry(Flag.PEER_SKIP_CLIENT_SAN_VERIFICATION, "true")
                .containsEntry(Flag.SOCKET_REUSE_PORT, "true")
                .containsEntry(
                        Flag.CIPHER_SUITES,
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void jsonIsAConfigurationToo() throws Exception {
        assertThat(read("{\"name\": \"n\", \"max-txn-ops\": 5, \"log-outputs\": [\"stderr\"]}")
                        .values())
                .isEqualTo(Map.of(Flag.NAME, "n", Flag.MAX_TXN_OPS, "5", Flag.LOG_OUTPUTS, "stderr"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "name:\n"})
    void whatSaysNothingSetsNothing(String text) throws Exception {
        assertThat(read(text).values()).isEmpty();
    }

    @Test
    void aKeyThatNobodyKnowsIsIgnoredWithAWarning() throws Exception {
        Options options = read("no-such-key: 1\nnames: [a]\nsocket-options: {no-such: 1}\nproxy: 'off'\n");

        assertThat(options.values()).isEmpty();
        assertThat(options.warnings())
                .containsExactly(
                        "unrecognized key in the configuration file: no-such-key",
                        "unrecognized key in the configuration file: names",
                        "unrecognized key in the configuration file: socket-options.no-such");
    }

    /** Keys of the sample file that etcd 3.4 to 3.7 are delivered with, with its values. */
    @Test
    void filesOfEarlierReleasesAreRead() throws Exception {
        Options options = read("""
                name: 'default'
                data-dir:
                snapshot-count: 10000
                cors:
                discovery:
                discovery-fallback: 'proxy'
                discovery-proxy:
                discovery-srv:
                initial-cluster:
                strict-reconfig-check: false
                enable-pprof: true
                proxy: 'off'
                proxy-failure-wait: 5000
                proxy-read-timeout: 0
                client-transport-security:
                  cert-file:
                  client-cert-auth: false
                  auto-tls: false
                self-signed-cert-validity: 1
                logger: zap
                log-level: debug
                log-outputs: [stderr]
                force-new-cluster: false
                auto-compaction-mode: periodic
                auto-compaction-retention: "1"
                cipher-suites: [
                  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                ]
                tls-min-version: 'TLS1.2'
                tls-max-version: 'TLS1.3'
                experimental-max-learners: 2
                experimental-initial-corrupt-check: true
                """);

        ServerConfig config = ServerConfig.from(options);
        assertThat(config.log().level()).isEqualTo("debug");
        assertThat(config.autoCompaction()).isEqualTo(new AutoCompaction.Periodic(Duration.ofHours(1)));
        assertThat(options.get(Flag.FEATURE_GATES)).isEqualTo("InitialCorruptCheck=true");
        assertThat(options.get(Flag.MAX_LEARNERS)).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name: 5                                   | name: expected a text (in quotes), found 5
            heartbeat-interval: "100"                 | heartbeat-interval: expected a whole number, found the text '100'
            heartbeat-interval: 1.5                   | heartbeat-interval: expected a whole number, found 1.5
            max-txn-ops: -1                           | max-txn-ops: parse error: -1
            pre-vote: "maybe"                         | pre-vote: expected true or false, found the text 'maybe'
            log-outputs: stderr                       | log-outputs: expected a list, found the text 'stderr'
            auto-compaction-retention: 1              | auto-compaction-retention: expected a text (in quotes), found 1
            feature-gates: Foo=true                   | feature-gates: unrecognized feature gate: Foo
            client-transport-security: 5              | client-transport-security: expected keys and values, found 5
            client-transport-security: {cert-fil: x}  | client-transport-security.cert-fil: no such setting here; known are allowed-hostname, auto-tls,
            client-transport-security: {client-cert-auth: 1} | client-transport-security.client-cert-auth: expected true or false, found 1
            client-cert-auth: true                    | client-cert-auth belongs into the block client-transport-security
            peer-cert-file: x                         | peer-cert-file belongs into the block peer-transport-security
            proxy: 'on'                               | the v2 proxy is not served
            - a                                       | expected keys and values, found a list
            a: b: c                                   | is no YAML
            watch-progress-notify-interval: never     | watch-progress-notify-interval: parse error: never
            """)
    void whatIsNotOfItsKindIsRefused(String text, String problem) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class).hasMessageContaining(problem);
    }

    @Test
    void aFileThatIsNotThereIsToldAsEtcdTellsIt() {
        assertThatThrownBy(() -> Options.of(Arguments.parse(List.of("--config-file=/no/such")), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage("open /no/such: no such file or directory");
    }
}
