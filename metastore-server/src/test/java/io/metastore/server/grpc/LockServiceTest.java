package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.LockResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.UnlockRequest;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.process.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LockServiceTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private EmbeddedMember member;
    private LockGrpc.LockBlockingStub lock;
    private KVGrpc.KVBlockingStub kv;
    private LeaseGrpc.LeaseBlockingStub leases;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        member = EmbeddedMember.start(directory, StorageEngine.MEMORY);
        lock = LockGrpc.newBlockingStub(member.channel());
        kv = KVGrpc.newBlockingStub(member.channel());
        leases = LeaseGrpc.newBlockingStub(member.channel());
        for (long lease = 0xa1; lease <= 0xa4; lease++) {
            leases.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(lease).setTTL(600).build());
        }
    }

    @AfterEach
    void stop() {
        member.close();
    }

    @Test
    void freeLockIsHeldByAKeyNamedAfterTheLease() {
        LockResponse held = lock.lock(request("l", 0xa1));

        assertThat(held.getKey()).isEqualTo(copyFromUtf8("l/a1"));
        assertThat(held.getHeader().getRevision()).isEqualTo(2);
        assertThat(held.getHeader().getMemberId()).isNotZero();
        RangeResponse key = range("l/a1");
        assertThat(key.getKvs(0).getLease()).isEqualTo(0xa1);
        assertThat(key.getKvs(0).getValue()).isEqualTo(ByteString.EMPTY);
        assertThat(key.getHeader()).isEqualTo(held.getHeader());
    }

    @Test
    void lockWithoutALeaseGetsOneOfAMinute() {
        ByteString key = lock.lock(request("l", 0)).getKey();

        long lease = Long.parseLong(key.toStringUtf8().substring("l/".length()), 16);
        var time = leases.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
        assertThat(time.getGrantedTTL()).isEqualTo(60);
    }

    @Test
    void holderLocksAgainAtOnceAndNothingChanges() {
        LockResponse first = lock.lock(request("l", 0xa1));

        assertThat(lock.lock(request("l", 0xa1))).isEqualTo(first);
        assertThat(lock.unlock(UnlockRequest.newBuilder().setKey(first.getKey()).build())
                        .getHeader()
                        .getRevision())
                .isEqualTo(first.getHeader().getRevision() + 1);
        assertThat(range("l/a1").getKvsCount()).isZero();
    }

    @Test
    void waitersComeInTheOrderOfTheirKeys() throws Exception {
        ByteString holder = lock.lock(request("l", 0xa3)).getKey();
        ListenableFuture<LockResponse> second = waiting("l", 0xa2);
        ListenableFuture<LockResponse> third = waiting("l", 0xa1);

        unlock(holder);
        LockResponse won = second.get(10, TimeUnit.SECONDS);
        assertThat(won.getKey()).isEqualTo(copyFromUtf8("l/a2"));
        // The revision at which it was seen that nobody is before it: that of the delete.
        assertThat(won.getHeader().getRevision()).isEqualTo(5);
        assertThat(third.isDone()).isFalse();

        unlock(won.getKey());
        assertThat(third.get(10, TimeUnit.SECONDS).getKey()).isEqualTo(copyFromUtf8("l/a1"));
    }

    @Test
    void endOfTheHoldersLeaseLetsTheNextIn() throws Exception {
        lock.lock(request("l", 0xa1));
        ListenableFuture<LockResponse> next = waiting("l", 0xa2);

        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(0xa1).build());

        assertThat(next.get(10, TimeUnit.SECONDS).getKey()).isEqualTo(copyFromUtf8("l/a2"));
    }

    @Test
    void waiterThatGoesAwayGivesItsPlaceUp() throws Exception {
        ByteString holder = lock.lock(request("l", 0xa1)).getKey();
        ListenableFuture<LockResponse> gone = waiting("l", 0xa2);
        ListenableFuture<LockResponse> next = waiting("l", 0xa3);

        gone.cancel(true);

        Eventually.await(
                BOUND, () -> "the key of the waiter goes", () -> range("l/a2").getKvsCount() == 0);
        assertThat(next.isDone()).isFalse();
        unlock(holder);
        next.get(10, TimeUnit.SECONDS);
    }

    @Test
    void waiterWhoseDeadlinePassesGivesItsPlaceUp() {
        lock.lock(request("l", 0xa1));

        assertThatThrownBy(
                        () -> lock.withDeadlineAfter(300, TimeUnit.MILLISECONDS).lock(request("l", 0xa2)))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        late -> assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        Eventually.await(
                BOUND, () -> "the key of the waiter goes", () -> range("l/a2").getKvsCount() == 0);
    }

    @Test
    void waiterWhoseKeyIsDeletedIsTold() throws Exception {
        ByteString holder = lock.lock(request("l", 0xa1)).getKey();
        ListenableFuture<LockResponse> robbed = waiting("l", 0xa2);
        unlock(copyFromUtf8("l/a2"));

        unlock(holder);

        assertThatThrownBy(() -> robbed.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("UNKNOWN: " + EtcdError.MUTEX_SESSION_EXPIRED.text());
    }

    @Test
    void errorsOfTheInnerCallsLoseTheirCode() {
        assertThatThrownBy(() -> lock.lock(request("l", 77)))
                .hasMessage("UNKNOWN: " + EtcdError.LEASE_NOT_FOUND.text());
        assertThatThrownBy(() -> unlock(ByteString.EMPTY)).hasMessage("UNKNOWN: " + EtcdError.EMPTY_KEY.text());
    }

    @Test
    void unlockOfAMissingKeyIsFine() {
        assertThat(lock.unlock(UnlockRequest.newBuilder()
                                .setKey(copyFromUtf8("none"))
                                .build())
                        .getHeader()
                        .getRevision())
                .isEqualTo(1);
    }

    /** In the queue, and not at its head. */
    private ListenableFuture<LockResponse> waiting(String name, long lease) {
        ListenableFuture<LockResponse> waiting =
                LockGrpc.newFutureStub(member.channel()).lock(request(name, lease));
        String key = "%s/%x".formatted(name, lease);
        Eventually.await(BOUND, () -> key + " queues", () -> range(key).getKvsCount() == 1);
        assertThat(waiting.isDone()).isFalse();
        return waiting;
    }

    private void unlock(ByteString key) {
        var unused = lock.unlock(UnlockRequest.newBuilder().setKey(key).build());
    }

    private RangeResponse range(String key) {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }

    private static LockRequest request(String name, long lease) {
        return LockRequest.newBuilder()
                .setName(copyFromUtf8(name))
                .setLease(lease)
                .build();
    }
}
