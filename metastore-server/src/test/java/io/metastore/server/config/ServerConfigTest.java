package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
        return ServerConfig.from(Options.parse(List.of(arguments), environment));
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
        Options options = Options.parse(
                List.of(), Map.of("ETCD_NO_SUCH", "1", "ETCD_UNSUPPORTED_ARCH", "amd64", "ETCD_VERSION", "3"));

        assertThat(options.warnings()).containsExactly("unrecognized environment variable ETCD_NO_SUCH");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-such-flag=1", "positional", "--nam"})
    void whatIsNoFlagIsAUsageError(String argument) {
        assertThatThrownBy(() -> config(argument)).isInstanceOf(Options.UsageException.class);
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
            --max-txn-ops=x                                      | not a whole number
            --max-txn-ops=0                                      | is not between
            --auto-compaction-mode=never                         | unknown auto-compaction-mode
            --auto-compaction-retention=1x                       | retention
            --auto-compaction-mode=revision --auto-compaction-retention=5m | not a number of revisions
            --watch-progress-notify-interval=99ms                | at least 100ms
            --log-level=loud                                     | unknown level
            --storage-engine=paper                               | rocksdb or memory
            --unsafe-no-fsync=maybe                              | true or false
            """)
    void whatMakesNoSenseIsRefused(String arguments, String reason) {
        assertThatThrownBy(() -> config(arguments.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> config("--max-txn-ops=x", "--log-level=loud"))
                .hasMessageContaining("max-txn-ops")
                .hasMessageContaining("log-level");
    }

    @Test
    void aClusterOfSeveralIsRefusedUntilItIsServed() {
        assertThatThrownBy(() -> config("--initial-cluster=default=http://localhost:2380,b=http://localhost:2381"))
                .hasMessageContaining("not served yet");
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
        assertThat(Options.usage()).contains("--name", "--storage-engine");
    }
}
