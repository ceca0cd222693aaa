package io.metastore.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.CommandRun;
import io.metastore.bench.FakeEtcd;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every workload for a moment against a grpc-java server; what the server did wrong must be told. */
@Timeout(60)
class WorkloadCommandTest {
    @TempDir
    private Path dir;

    private static CommandRun workload(FakeEtcd etcd, String command) {
        return workload(etcd.endpoint(), command);
    }

    private static CommandRun workload(String endpoint, String command) {
        List<String> arguments = new ArrayList<>(List.of("workload"));
        arguments.addAll(List.of(command.split(" ")));
        arguments.addAll(List.of("--endpoint", endpoint));
        return CommandRun.of(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W1 --workers=5 --ops=20",
                "w1 --workers=5 --seconds=0.2 --conns=2",
                "W1 --workers=5 --ops=20 --rate=1000",
                "W2 --workers=4 --seconds=0.2",
                "W2 --workers=4 --ops=10",
                "W2 --workers=4 --duration=0.2 --rate=200",
                "W3 --workers=10 --seconds=0.2",
                "W3 --workers=10 --seconds=0.2 --mode=exact",
                "W3 --workers=7 --seconds=0.2 --mode=ratio",
                "W3 --workers=10 --ops=20 --mode=ratio --rate=1000",
                "W4 --watchers=10 --ops=100",
                "W4 --watchers=10 --streams=3 --ops=20 --shared-prefix",
                "W4 --watchers=2 --ops=50 --workers=2 --rate=1000 --conns=2",
                "W5 --workers=3 --ops=20",
                "W6 --ops=30",
                "W6 --ops=30 --physical",
            })
    void worksAgainstGrpcJava(String command) throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = workload(etcd, command + " --strict");

            assertThat(run.out())
                    .contains("errors: 0 {}")
                    .contains("published by MetaStore in Go")
                    .doesNotContain("FAILED");
            assertThat(run.err()).contains(" operations in ");
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void largeScaleCountsPairs() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = workload(etcd, "W1 --workers=2 --ops=3 --key-prefix=/again");

            assertThat(etcd.keyNames()).hasSize(6).contains("/again/load-test/client-1/key-2");
            assertThat(run.out())
                    .containsPattern("pair +6 ")
                    .containsPattern("put +6 ")
                    .containsPattern("get +6 ");
        }
    }

    @Test
    void cappedMixtureUsesItsKeysAgain() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = workload(etcd, "W3 --workers=10 --ops=1100 --mode=capped");

            assertThat(run.exitCode()).isZero();
            assertThat(etcd.keyNames())
                    .hasSizeLessThanOrEqualTo(4 * 1000)
                    .allMatch(key -> key.matches("/mixed/put-[0-3]-\\d{1,3}"));
            assertThat(run.out())
                    .containsPattern("all +11000 ")
                    .containsPattern("put +4400 ")
                    .containsPattern("get +4400 ")
                    .containsPattern("range +1100 ")
                    .containsPattern("delete +1100 ");
        }
    }

    @Test
    void watchersOfOnePrefixSeeEveryPut() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            assertThat(workload(etcd, "W4 --watchers=10 --ops=20 --shared-prefix")
                            .out())
                    .contains("events_expected: 200\n", "events_delivered: 200\n", "events_lost: 0\n");
        }
    }

    @Test
    void transactionsTellOfKeysThatExisted() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            assertThat(workload(etcd, "W5 --workers=2 --ops=5").out()).contains("keys_that_existed: 0");
            assertThat(workload(etcd, "W5 --workers=2 --ops=6").out()).contains("keys_that_existed: 10");
        }
    }

    @Test
    void compactsToTheRevisionOfTheLastPut() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            assertThat(workload(etcd, "W6 --ops=30").exitCode()).isZero();
            assertThat(etcd.compacted()).isEqualTo(1 + 60);
            assertThat(etcd.keyNames()).hasSize(30).contains("/rocksdb-compact/key-00029");
        }
    }

    @Test
    void writesItsNumbersToAFile() throws Exception {
        Path json = dir.resolve("w5.json");
        try (FakeEtcd etcd = new FakeEtcd()) {
            workload(etcd, "W5 --workers=2 --ops=5 --json=" + json + " --disk=" + dir);
        }
        assertThat(Files.readString(json))
                .contains(
                        "\"id\": \"W5\"", "\"p999_us\"", "\"published\"", "\"disk_flush_p99_us\"", "\"failures\": []");
    }

    @Test
    void errorsAboveTheGateFail() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.FAILED_PUTS)) {
            CommandRun run = workload(etcd, "W2 --workers=2 --ops=5");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out())
                    .contains("errors: 10 {RESOURCE_EXHAUSTED=10}")
                    .contains("10 x RESOURCE_EXHAUSTED: etcdserver: mvcc: 100 % of space used")
                    .contains("FAILED: 10 errors");
        }
    }

    @Test
    void lostEventsFail() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.LOST_EVENTS)) {
            CommandRun run = workload(etcd, "W4 --watchers=4 --ops=20");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("events_lost: 10\n").contains("FAILED: 10 events were lost");
        }
    }

    @Test
    void repeatedEventsFail() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.REPEATED_EVENTS)) {
            CommandRun run = workload(etcd, "W4 --watchers=4 --ops=20");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("FAILED").contains("repeated");
        }
    }

    @Test
    void nobodyListeningIsSaidAtOnce() throws Exception {
        String endpoint;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            endpoint = "127.0.0.1:" + free.getLocalPort();
        }

        CommandRun run = workload(endpoint, "W1");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("Connection refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "W1 --workers=-1",
                "W1 --ops=-1",
                "W1 --ops=5 --seconds=1",
                "W1 --conns=0",
                "W2 --rate=-5",
                "W2 --seconds=100000",
                "W3 --workers=11",
                "W3 --rate=100",
                "W4 --seconds=1",
                "W4 --watchers=0",
                "W4 --watchers=2 --streams=3",
                "W6 --rate=5",
                "W7"
            })
    void refusesWhatMakesNoSense(String command) throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = workload(etcd, command);

            assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(run.err()).isNotBlank();
        }
    }
}
