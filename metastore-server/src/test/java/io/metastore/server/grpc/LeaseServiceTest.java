package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseKeepAliveRequest;
import io.metastore.api.rpc.LeaseKeepAliveResponse;
import io.metastore.api.rpc.LeaseLeasesRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;
import io.metastore.api.rpc.LeaseStatus;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.LeaseTimeToLiveResponse;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.server.auth.NoTokens;
import io.metastore.server.lease.Leader;
import io.metastore.server.lease.LeaseKeeper;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.StateConfig;
import io.metastore.storage.state.StateMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class LeaseServiceTest {
    private static final long TERM = 2;
    private static final Duration ELECTION = Duration.ofSeconds(1);

    private final AtomicLong time = new AtomicLong();
    private final StateMachine state = StateMachine.open(new MemoryEngine(), StateConfig.DEFAULT);
    private final ExpiryQueue queue = new ExpiryQueue(time::get);
    private final Deque<Long> randomIds = new ArrayDeque<>();
    private final LeaseKeeper keeper = new LeaseKeeper(
            queue,
            state.leases(),
            new SoleLeader(),
            this::submit,
            Runnable::run,
            time::get,
            new LeaseKeeper.Settings(ELECTION, false));
    private boolean full;
    private Server server;
    private ManagedChannel channel;
    private LeaseGrpc.LeaseBlockingStub client;

    private static final class SoleLeader implements Leader {
        @Override
        public OptionalLong readyTerm() {
            return OptionalLong.of(TERM);
        }

        @Override
        public CompletableFuture<Void> confirm() {
            return CompletableFuture.completedFuture(null);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        state.leases().addListener(queue);
        LeaseService service = new LeaseService(new LeaseService.Parts(
                this::submit,
                command -> {
                    if (full && command.spaceCost() > 0) {
                        throw EtcdError.NO_SPACE.exception();
                    }
                },
                keeper,
                queue::idsByRemaining,
                state.leases()::keysOf,
                Runnable::run,
                () -> state.store().currentRevision(),
                new Headers(11, 22, () -> TERM),
                new Access(state.auth(), new NoTokens(), connection -> null),
                LeaseService.minTtlSeconds(ELECTION),
                () -> randomIds.remove()));
        server = InProcessServerBuilder.forName("lease-service-test")
                .directExecutor()
                .addService(service)
                .build()
                .start();
        channel = InProcessChannelBuilder.forName("lease-service-test")
                .directExecutor()
                .build();
        client = LeaseGrpc.newBlockingStub(channel);
        keeper.timeToLive(1).join(); // counts from here on
    }

    @AfterEach
    void close() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        keeper.close();
        state.close();
    }

    private synchronized CompletableFuture<Outcome> submit(Command command) {
        Outcome outcome = state.apply(command, 1, TERM);
        state.commit(state.appliedIndex() + 1, TERM);
        return CompletableFuture.completedFuture(outcome);
    }

    private void put(String key, long lease) {
        submit(new Command.Put(PutRequest.newBuilder()
                .setKey(com.google.protobuf.ByteString.copyFromUtf8(key))
                .setLease(lease)
                .build()));
    }

    private static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(11)
                .setMemberId(22)
                .setRaftTerm(TERM)
                .setRevision(revision)
                .build();
    }

    private LeaseGrantResponse grant(long id, long ttl) {
        return client.leaseGrant(
                LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    @ParameterizedTest
    @CsvSource({"60, 60", "2, 2", "1, 2", "0, 2", "-50, 2", "9000000000, 9000000000"})
    void aShortTtlIsRaised(long asked, long granted) {
        assertThat(grant(7, asked))
                .isEqualTo(LeaseGrantResponse.newBuilder()
                        .setHeader(header(1))
                        .setID(7)
                        .setTTL(granted)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"1000, 2", "100, 1", "500, 1", "1334, 3", "1333, 2", "2000, 3"})
    void theShortestTtlIsHalfAnElectionLongerThanOne(long electionMillis, long seconds) {
        assertThat(LeaseService.minTtlSeconds(Duration.ofMillis(electionMillis)))
                .isEqualTo(seconds);
    }

    @Test
    void anIdThatNobodyAskedForIsPositiveAndFree() {
        grant(5, 60);
        randomIds.addAll(List.of(5L, Long.MIN_VALUE | 5, 0L, -3L));

        assertThat(grant(0, 60).getID()).isOne();
        assertThat(grant(0, 60).getID()).isEqualTo(-3L & Long.MAX_VALUE);
    }

    @Test
    void refusalsAreEtcds() {
        grant(5, 60);

        assertRefused(EtcdError.LEASE_EXIST, () -> grant(5, 60));
        assertRefused(EtcdError.LEASE_TTL_TOO_LARGE, () -> grant(6, 9_000_000_001L));
        assertRefused(
                EtcdError.LEASE_NOT_FOUND,
                () -> client.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(6).build()));
        full = true;
        assertRefused(EtcdError.NO_SPACE, () -> grant(6, 60));
        client.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build());
    }

    private static void assertRefused(EtcdError error, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).isEqualTo(error.code());
            assertThat(refusal.getStatus().getDescription()).isEqualTo(error.text());
        });
    }

    @Test
    void aRevokeHasTheRevisionOfItsDeletions() {
        grant(5, 60);
        put("a", 5);

        assertThat(client.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build())
                        .getHeader())
                .isEqualTo(header(3));
    }

    @Test
    void timeToLiveTellsWhatIsLeftAndWhichKeys() {
        grant(5, 60);
        put("b", 5);
        put("a", 5);
        time.addAndGet(Duration.ofMillis(1500).toNanos());

        LeaseTimeToLiveResponse withoutKeys = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(header(3))
                .setID(5)
                .setTTL(58)
                .setGrantedTTL(60)
                .build();
        assertThat(client.leaseTimeToLive(
                        LeaseTimeToLiveRequest.newBuilder().setID(5).build()))
                .isEqualTo(withoutKeys);
        assertThat(client.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(5)
                        .setKeys(true)
                        .build()))
                .isEqualTo(withoutKeys.toBuilder()
                        .addKeys(com.google.protobuf.ByteString.copyFromUtf8("a"))
                        .addKeys(com.google.protobuf.ByteString.copyFromUtf8("b"))
                        .build());
        assertThat(client.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(77)
                        .setKeys(true)
                        .build()))
                .isEqualTo(LeaseTimeToLiveResponse.newBuilder()
                        .setHeader(header(3))
                        .setID(77)
                        .setTTL(-1)
                        .build());
    }

    @Test
    void leasesAreListedByWhatIsLeftOfThem() {
        grant(1, 100);
        grant(2, 50);

        assertThat(client.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
                .containsExactly(
                        LeaseStatus.newBuilder().setID(2).build(),
                        LeaseStatus.newBuilder().setID(1).build());
    }

    // Keep-alive

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

    private StreamObserver<LeaseKeepAliveRequest> keepAlive() {
        return LeaseGrpc.newStub(channel).leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse response) {
                received.add(response);
            }

            @Override
            public void onError(Throwable failure) {
                received.add(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                received.add("completed");
            }
        });
    }

    private static LeaseKeepAliveRequest keepAlive(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    private static LeaseKeepAliveResponse kept(long revision, long id, long ttl) {
        return LeaseKeepAliveResponse.newBuilder()
                .setHeader(header(revision))
                .setID(id)
                .setTTL(ttl)
                .build();
    }

    @Test
    void eachRequestIsAnsweredInItsTurn() {
        grant(5, 60);
        StreamObserver<LeaseKeepAliveRequest> stream = keepAlive();
        stream.onNext(keepAlive(5));
        stream.onNext(keepAlive(77));
        stream.onNext(keepAlive(0));
        stream.onNext(keepAlive(5));
        stream.onCompleted();

        assertThat(received)
                .containsExactly(kept(1, 5, 60), kept(1, 77, 0), kept(1, 0, 0), kept(1, 5, 60), "completed");
    }

    @Test
    void aLateRequestWaitsForTheEndAndThoseBehindItWait() {
        grant(5, 60);
        grant(6, 600);
        put("a", 5);
        time.addAndGet(Duration.ofSeconds(60).toNanos());
        StreamObserver<LeaseKeepAliveRequest> stream = keepAlive();
        stream.onNext(keepAlive(5));
        stream.onNext(keepAlive(6));
        stream.onCompleted();
        assertThat(received).isEmpty();

        submit(new Command.RevokeExpired(queue.takeExpired(10), TERM));

        assertThat(received).containsExactly(kept(2, 5, 0), kept(3, 6, 600), "completed");
    }

    @Test
    void aFailureEndsTheStream() {
        grant(5, 60);
        time.addAndGet(Duration.ofSeconds(60).toNanos());
        StreamObserver<LeaseKeepAliveRequest> stream = keepAlive();
        stream.onNext(keepAlive(5));

        queue.demote();

        assertThat(received).hasSize(1);
        Status status = (Status) received.remove();
        assertThat(status.getCode()).isEqualTo(EtcdError.LEADER_CHANGED.code());
        assertThat(status.getDescription()).isEqualTo(EtcdError.LEADER_CHANGED.text());
    }

    @Test
    void whoGoesAwayWhileWaitingIsForgotten() {
        grant(5, 60);
        time.addAndGet(Duration.ofSeconds(60).toNanos());
        StreamObserver<LeaseKeepAliveRequest> stream = keepAlive();
        stream.onNext(keepAlive(5));
        stream.onError(Status.CANCELLED.asRuntimeException());

        submit(new Command.RevokeExpired(queue.takeExpired(10), TERM));

        assertThat(received).hasSize(1); // the client's own cancellation
    }
}
