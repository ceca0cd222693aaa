package io.metastore.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.bench.CommandRun;
import io.metastore.bench.FakeEtcd;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every load for a moment against a grpc-java server; what the server did wrong must be told. */
@Timeout(60)
class LoadCommandTest {
    private static CommandRun load(FakeEtcd etcd, String command) {
        return load(etcd.endpoint(), command);
    }

    private static CommandRun load(String endpoint, String command) {
        List<String> arguments = new ArrayList<>(List.of("load"));
        arguments.addAll(List.of(command.split(" ")));
        arguments.addAll(List.of("--endpoint", endpoint, "--warmup-seconds", "0.05"));
        if (!command.contains("--seconds")) {
            arguments.addAll(List.of("--seconds", "0.15"));
        }
        return CommandRun.of(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put --keys 100",
                "put --keys 10 --value-bytes 200000 --in-flight 20",
                "put --keys 100 --in-flight 1 --connections 2",
                "get --keys 100 --fill",
                "serializable-get --keys 100 --fill",
                "txn --keys 100 --fill",
                "txn --keys 10 --compare mod",
                "range --keys 500 --fill --page-keys 100 --in-flight 2",
                "range --keys 100 --fill --page-keys 100 --in-flight 1",
                "count --keys 200 --fill --page-keys 50 --in-flight 2",
                "stream --keys 200 --fill",
                "fill --keys 777 --batch 10",
                "fill --keys 77 --batch 1",
                "watch --watchers 5 --in-flight 4",
                "watch --watchers 40 --prefixes 20 --streams 8 --in-flight 4",
                "lease --in-flight 8",
                "lease --keep-alive 20 --in-flight 8",
            })
    void worksAgainstGrpcJava(String command) throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = load(etcd, command);

            assertThat(run.out()).contains("errors: 0").doesNotContain("(0 in");
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void fillPutsEveryKeyOnce() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = load(etcd, "fill --keys 1234 --batch 100");

            assertThat(run.out()).contains("(1234 in");
            assertThat(etcd.keys()).isEqualTo(1234);
            assertThat(etcd.revision()).isEqualTo(1 + 13);
        }
    }

    @Test
    void countsAndShowsErrors() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.FAILED_PUTS)) {
            CommandRun run = load(etcd, "put");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("put: 0 operations/s");
            assertThat(run.out()).contains("x status 8: etcdserver: mvcc: 100 % of space used");
        }
    }

    @Test
    void getOfAMissingKeyIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = load(etcd, "get");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).contains("reply of").contains("expected");
        }
    }

    @Test
    void txnOnKeysNeverWrittenIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            assertThat(load(etcd, "txn").out()).contains("the key space is not filled");
        }
    }

    @Test
    void wrongCountIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.WRONG_COUNTS)) {
            assertThat(load(etcd, "count --keys 200 --fill --page-keys 50").out())
                    .contains("counted 201 keys, not 200");
        }
    }

    @Test
    void streamOfTooFewKeysIsAnError() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            assertThat(load(etcd, "stream --keys 10").out()).contains("0 keys streamed, not 10");
        }
    }

    @Test
    void repeatedEventsAreOutOfOrder() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.REPEATED_EVENTS)) {
            assertThat(load(etcd, "watch --watchers 2 --in-flight 2").out())
                    .contains("events_out_of_order: ")
                    .doesNotContain("events_out_of_order: 0\n");
        }
    }

    @Test
    void lostEventsAreNoticed() throws Exception {
        try (FakeEtcd etcd = new FakeEtcd(FakeEtcd.Fault.LOST_EVENTS)) {
            CommandRun run = load(etcd, "watch --watchers 2 --in-flight 2");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out())
                    .contains("events or answers are missing")
                    .doesNotContain("delivered_percent: 100.0\n");
        }
    }

    @Test
    void nobodyListeningIsSaidAtOnce() throws Exception {
        String endpoint;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            endpoint = "127.0.0.1:" + free.getLocalPort();
        }

        CommandRun run = load(endpoint, "put");

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err()).contains("Connection refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put --keys 0",
                "put --in-flight 0",
                "put --seconds -1",
                "watch --watchers 3 --prefixes 2",
                "put --value-bytes -1",
                "range --keys 10 --page-keys 11",
                "put --connections 0"
            })
    void refusesWhatMakesNoSense(String command) throws Exception {
        try (FakeEtcd etcd = new FakeEtcd()) {
            CommandRun run = load(etcd, command);

            assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(run.err()).isNotBlank();
        }
    }
}
