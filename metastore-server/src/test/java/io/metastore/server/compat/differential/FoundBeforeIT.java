package io.metastore.server.compat.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.ProcessMember;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Differences that random requests once found, each as short as it goes. */
@Tag("compat")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FoundBeforeIT {

    private ProcessMember etcd;
    private ProcessMember metastore;
    private Side first;
    private Side second;
    private LockStep run;

    @BeforeEach
    void start(@TempDir Path directory) {
        etcd = new ProcessMember(Binaries.etcd().withFlags("--unsafe-no-fsync"), directory.resolve("a")).start();
        metastore =
                new ProcessMember(Binaries.metastore().withFlags("--unsafe-no-fsync"), directory.resolve("b")).start();
        first = new Side("etcd", etcd, ProcessMember::channel);
        second = new Side("metastore", metastore, ProcessMember::channel);
        run = new LockStep(0, first, second);
    }

    @AfterEach
    void stop() {
        for (AutoCloseable each : new AutoCloseable[] {first, second, etcd, metastore}) {
            closeQuietly(each);
        }
    }

    /** A delete "from this key on" does not count as touching the key that the same txn puts, so both happen. */
    @Test
    void keyPutAgainInTheRevisionThatDeletedItHasNoPreviousValue() {
        put("k1", "old");
        StreamPair watches = new StreamPair(first, second, false);
        for (long start : new long[] {0, 2}) {
            watches.create(
                    WatchCreateRequest.newBuilder()
                            .setKey(Keys.utf8("k"))
                            .setRangeEnd(Keys.ZERO)
                            .setPrevKv(true)
                            .setStartRevision(start)
                            .build(),
                    -1,
                    run::fence);
        }
        run.call(Rpc.of(
                KVGrpc.getTxnMethod(),
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                        .setKey(Keys.utf8("k0"))
                                        .setRangeEnd(Keys.ZERO)))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(PutRequest.newBuilder()
                                        .setKey(Keys.utf8("k1"))
                                        .setValue(Keys.utf8("new"))))
                        .build()));
        watches.create(
                WatchCreateRequest.newBuilder()
                        .setKey(Keys.utf8("k1"))
                        .setPrevKv(true)
                        .setStartRevision(3)
                        .build(),
                -1,
                run::fence);

        watches.close(run.fence());
    }

    @Test
    void streamWithANegativeLimitComesInOneMessage() {
        for (int i = 0; i < 30; i++) {
            put("k%02d".formatted(i), "v");
        }
        run.call(Rpc.of(
                KVGrpc.getRangeStreamMethod(),
                RangeRequest.newBuilder()
                        .setKey(Keys.utf8("k"))
                        .setRangeEnd(Keys.utf8("l"))
                        .setLimit(-5)
                        .build()));
    }

    @Test
    void healthOfAnotherService() {
        run.call(Rpc.of(
                HealthGrpc.getCheckMethod(),
                HealthCheckRequest.newBuilder().setService("other").build()));
    }

    @Test
    void statusNamesAnAlarmOfMemberZero() {
        run.call(Rpc.of(
                MaintenanceGrpc.getAlarmMethod(),
                AlarmRequest.newBuilder()
                        .setAction(AlarmAction.ACTIVATE)
                        .setAlarm(AlarmType.NOSPACE)
                        .build()));
        run.call(Rpc.of(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance()));
    }

    /** etcd 3.7.3 does not survive this one, so it is not asked. */
    @ParameterizedTest
    @ValueSource(strings = {"ignore_value", "ignore_lease"})
    void putThatKeepsWhatTheSameTxnDeletedDoesNoHarm(String option) {
        put("k1", "old");
        PutRequest.Builder put = PutRequest.newBuilder().setKey(Keys.utf8("k1"));
        TxnRequest txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(Keys.utf8("k0"))
                                .setRangeEnd(Keys.ZERO)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(
                                "ignore_value".equals(option) ? put.setIgnoreValue(true) : put.setIgnoreLease(true)))
                .build();

        Answer answer = Rpc.of(KVGrpc.getTxnMethod(), txn).on(second.channel()).join();

        System.out.println(option + " of a key deleted in the same txn: " + answer);
        assertThat(answer.code()).isIn(Status.Code.OK, Status.Code.INVALID_ARGUMENT);
        second.restart(true);
        Answer after = Rpc.of(
                        KVGrpc.getRangeMethod(),
                        RangeRequest.newBuilder().setKey(Keys.utf8("k1")).build())
                .on(second.channel())
                .join();
        assertThat(after.message(RangeResponse.class).getHeader().getRevision()).isEqualTo(answer.isOk() ? 3 : 2);
    }

    private void put(String key, String value) {
        run.call(Rpc.of(
                KVGrpc.getPutMethod(),
                PutRequest.newBuilder()
                        .setKey(Keys.utf8(key))
                        .setValue(Keys.utf8(value))
                        .build()));
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            if (each != null) {
                each.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
