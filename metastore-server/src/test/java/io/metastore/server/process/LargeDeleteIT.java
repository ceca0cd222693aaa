package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One small request may ask for much work. The member, with the memory that it takes by default, does it, and does it again
 * when it is killed right after and finds the request in its log.
 */
@Tag("compat")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LargeDeleteIT {

    private static final int TXNS = 4_000;
    private static final int PUTS_PER_TXN = 128;
    private static final int KEYS = TXNS * PUTS_PER_TXN;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[100]);
    private static final ByteString START = ByteString.copyFromUtf8("k/");
    private static final ByteString END = ByteString.copyFromUtf8("k0");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void isDoneAndSurvived() throws Exception {
        try (ProcessMember member = new ProcessMember(Binaries.metastore(), directory.resolve("data")).start()) {
            ManagedChannel channel = member.channel();
            fill(channel);
            assertThat(count(channel)).isEqualTo(KEYS);
            deleteAll(channel);
            Eventually.await(PATIENCE, () -> "all are deleted\n" + member.logTail(), () -> count(channel) == 0);
            channel.shutdownNow();

            member.kill();
            member.start();
            ManagedChannel again = member.channel();
            assertThat(count(again)).isZero();
            put(again, 0).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(count(again)).isEqualTo(PUTS_PER_TXN);
            again.shutdownNow();
        }
    }

    private static void fill(ManagedChannel channel) throws Exception {
        List<ListenableFuture<TxnResponse>> inFlight = new ArrayList<>();
        for (int txn = 0; txn < TXNS; txn++) {
            inFlight.add(put(channel, txn));
            if (inFlight.size() == 32) {
                Futures.allAsList(inFlight).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                inFlight.clear();
            }
        }
        Futures.allAsList(inFlight).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ListenableFuture<TxnResponse> put(ManagedChannel channel, int txn) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (int i = 0; i < PUTS_PER_TXN; i++) {
            String key = "k/%08d".formatted(txn * PUTS_PER_TXN + i);
            request.addSuccess(RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder()
                            .setKey(ByteString.copyFrom(key, StandardCharsets.US_ASCII))
                            .setValue(VALUE)));
        }
        return KVGrpc.newFutureStub(channel).txn(request.build());
    }

    private static void deleteAll(ManagedChannel channel) {
        DeleteRangeRequest all =
                DeleteRangeRequest.newBuilder().setKey(START).setRangeEnd(END).build();
        try {
            assertThat(KVGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .deleteRange(all)
                            .getDeleted())
                    .isEqualTo(KEYS);
        } catch (StatusRuntimeException slow) {
            // On a slow machine it takes longer than a request may; then it takes effect all the same.
            assertThat(slow.getStatus().getDescription()).isEqualTo("etcdserver: request timed out");
            assertThat(slow.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    private static long count(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(START)
                        .setRangeEnd(END)
                        .setCountOnly(true)
                        .build())
                .getCount();
    }
}
