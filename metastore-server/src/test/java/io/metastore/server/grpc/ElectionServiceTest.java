package io.metastore.server.grpc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.CampaignRequest;
import io.metastore.api.rpc.CampaignResponse;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaderKey;
import io.metastore.api.rpc.LeaderRequest;
import io.metastore.api.rpc.LeaderResponse;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.ProclaimRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResignRequest;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.process.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ElectionServiceTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private EmbeddedMember member;
    private ElectionGrpc.ElectionBlockingStub election;
    private KVGrpc.KVBlockingStub kv;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        member = EmbeddedMember.start(directory, StorageEngine.MEMORY);
        election = ElectionGrpc.newBlockingStub(member.channel());
        kv = KVGrpc.newBlockingStub(member.channel());
        for (long lease = 0xa1; lease <= 0xa3; lease++) {
            LeaseGrpc.newBlockingStub(member.channel())
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(lease)
                            .setTTL(600)
                            .build());
        }
    }

    @AfterEach
    void stop() {
        member.close();
    }

    @Test
    void firstCandidateLeads() {
        CampaignResponse won = election.campaign(candidate("e", 0xa1, "v"));

        assertThat(won.getLeader()).isEqualTo(leaderKey("e", 0xa1, 2));
        assertThat(won.getHeader().getRevision()).isEqualTo(2);
        LeaderResponse leader = election.leader(named("e"));
        assertThat(leader.getKv().getValue()).isEqualTo(copyFromUtf8("v"));
        assertThat(leader.getKv().getKey()).isEqualTo(copyFromUtf8("e/a1"));
        assertThat(leader.getHeader()).isEqualTo(won.getHeader());
    }

    @Test
    void candidateThatStandsAgainChangesItsValueAndKeepsItsPlace() {
        var unused = election.campaign(candidate("e", 0xa1, "v"));

        CampaignResponse again = election.campaign(candidate("e", 0xa1, "other"));

        assertThat(again.getLeader()).isEqualTo(leaderKey("e", 0xa1, 2));
        assertThat(again.getHeader().getRevision())
                .as("of the attempt to stand, before the value was changed")
                .isEqualTo(2);
        assertThat(election.leader(named("e")).getKv().getValue()).isEqualTo(copyFromUtf8("other"));
        assertThat(election.campaign(candidate("e", 0xa1, "other")).getHeader().getRevision())
                .isEqualTo(3);
    }

    @Test
    void nextCandidateWinsWhenTheLeaderResigns() throws Exception {
        LeaderKey first = election.campaign(candidate("e", 0xa1, "1")).getLeader();
        ListenableFuture<CampaignResponse> second = waiting(candidate("e", 0xa2, "2"));

        var resigned =
                election.resign(ResignRequest.newBuilder().setLeader(first).build());

        CampaignResponse won = second.get(10, TimeUnit.SECONDS);
        assertThat(resigned.getHeader().getRevision()).isEqualTo(4);
        assertThat(won.getLeader()).isEqualTo(leaderKey("e", 0xa2, 3));
        assertThat(won.getHeader().getRevision()).as("of its candidacy").isEqualTo(3);
    }

    @Test
    void candidateThatGoesAwayWithdraws() {
        var unused = election.campaign(candidate("e", 0xa1, "1"));

        waiting(candidate("e", 0xa2, "2")).cancel(true);

        Eventually.await(BOUND, () -> "its key goes", () -> range("e/a2").getKvsCount() == 0);
    }

    @Test
    void onlyTheLeaderProclaims() {
        LeaderKey leader = election.campaign(candidate("e", 0xa1, "1")).getLeader();

        assertThat(election.proclaim(proclaim(leader, "2")).getHeader().getRevision())
                .isEqualTo(3);
        assertThat(range("e/a1").getKvs(0).getLease()).isEqualTo(0xa1);
        assertThatThrownBy(() ->
                        election.proclaim(proclaim(leader.toBuilder().setRev(3).build(), "3")))
                .hasMessage("UNKNOWN: " + EtcdError.ELECTION_NOT_LEADER.text());
        assertThat(range("e/a1").getKvs(0).getValue()).isEqualTo(copyFromUtf8("2"));
    }

    @Test
    void proclaimWithoutALeaseGetsOneOfItsOwn() {
        LeaderKey leader = election.campaign(candidate("e", 0xa1, "1")).getLeader();

        var unused = election.proclaim(proclaim(leader.toBuilder().clearLease().build(), "2"));

        assertThat(range("e/a1").getKvs(0).getLease()).isNotIn(0L, 0xa1L);
    }

    @Test
    void resigningTwiceIsNoError() {
        LeaderKey leader = election.campaign(candidate("e", 0xa1, "1")).getLeader();
        ResignRequest resign = ResignRequest.newBuilder().setLeader(leader).build();

        assertThat(election.resign(resign).getHeader().getRevision()).isEqualTo(3);
        assertThat(election.resign(resign).getHeader().getRevision()).isEqualTo(3);
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThatThrownBy(() -> election.leader(named("e")))
                .hasMessage("UNKNOWN: " + EtcdError.ELECTION_NO_LEADER.text());
        assertThatThrownBy(() -> election.proclaim(ProclaimRequest.getDefaultInstance()))
                .hasMessage("UNKNOWN: " + EtcdError.LEADER_FIELD_MISSING.text());
        assertThatThrownBy(() -> election.resign(ResignRequest.getDefaultInstance()))
                .hasMessage("UNKNOWN: " + EtcdError.LEADER_FIELD_MISSING.text());
        assertThatThrownBy(() -> election.campaign(candidate("e", 77, "")))
                .hasMessage("UNKNOWN: " + EtcdError.LEASE_NOT_FOUND.text());
    }

    @Test
    void observerSeesEachLeaderAndEachOfItsValues() throws Exception {
        Observer observer = new Observer("e");
        LeaderKey first = election.campaign(candidate("e", 0xa1, "1")).getLeader();
        observer.expect("e/a1", "1", 2);
        var proclaimed = election.proclaim(proclaim(first, "1b"));
        observer.expect("e/a1", "1b", proclaimed.getHeader().getRevision());
        ListenableFuture<CampaignResponse> second = waiting(candidate("e", 0xa2, "2"));
        var resigned =
                election.resign(ResignRequest.newBuilder().setLeader(first).build());
        observer.expect("e/a2", "2", resigned.getHeader().getRevision());
        LeaderKey next = second.get(10, TimeUnit.SECONDS).getLeader();
        var unused = election.resign(ResignRequest.newBuilder().setLeader(next).build());
        long third = election.campaign(candidate("e", 0xa3, "3")).getHeader().getRevision();
        observer.expect("e/a3", "3", third);

        assertThat(observer.seen).isEmpty();
        observer.cancel();
    }

    @Test
    void observerOfTheEldestOfSeveralIsToldOfItFirst() throws Exception {
        var unused = election.campaign(candidate("e", 0xa2, "eldest"));
        ListenableFuture<CampaignResponse> waiting = waiting(candidate("e", 0xa1, "younger"));

        Observer observer = new Observer("e");

        observer.expect("e/a2", "eldest", 3);
        waiting.cancel(true);
        observer.cancel();
    }

    @Test
    void compactionBehindTheObserverDoesNotDisturbIt() throws Exception {
        LeaderKey leader = election.campaign(candidate("e", 0xa1, "1")).getLeader();
        Observer observer = new Observer("e");
        observer.expect("e/a1", "1", 2);
        for (int i = 0; i < 5; i++) {
            var unused =
                    kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("other")).build());
        }
        var compacted = kv.compact(CompactionRequest.newBuilder().setRevision(6).build());

        var proclaimed = election.proclaim(proclaim(leader, "2"));

        assertThat(compacted.getHeader().getRevision()).isEqualTo(7);
        observer.expect("e/a1", "2", proclaimed.getHeader().getRevision());
        observer.cancel();
    }

    /** What is not taken stays in the store: an observer that does not read costs no memory, and misses nothing. */
    @Test
    void observerThatDoesNotReadIsHeldBack() throws Exception {
        LeaderKey leader = election.campaign(candidate("e", 0xa1, "1")).getLeader();
        Observer observer = new Observer("e", 1);
        observer.expect("e/a1", "1", 2);
        for (int i = 0; i < 200; i++) {
            var unused = election.proclaim(proclaim(leader, "v" + i));
        }
        assertThat(observer.seen).isEmpty();

        observer.call.request(Integer.MAX_VALUE);

        ByteString last = copyFromUtf8("v199");
        LeaderResponse seen;
        int count = 0;
        do {
            seen = observer.next();
            assertThat(seen.getKv().getValue()).isEqualTo(copyFromUtf8("v" + count++));
        } while (!seen.getKv().getValue().equals(last));
        observer.cancel();
    }

    @Test
    void observerEndsWithTheServerThatServesIt() throws Exception {
        var unused = election.campaign(candidate("e", 0xa1, "1"));
        Observer observer = new Observer("e");
        observer.expect("e/a1", "1", 2);

        member.server().close();

        assertThat(observer.end.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void deletedKeyOfTheLeaderIsTheEndOfItsLeadership() throws Exception {
        var unused = election.campaign(candidate("e", 0xa1, "1"));
        ListenableFuture<CampaignResponse> next = waiting(candidate("e", 0xa2, "2"));

        var deleted = kv.deleteRange(
                DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("e/a1")).build());

        assertThat(deleted.getDeleted()).isEqualTo(1);
        assertThat(next.get(10, TimeUnit.SECONDS).getLeader().getLease()).isEqualTo(0xa2);
    }

    private final class Observer extends ClientCall.Listener<LeaderResponse> {
        private final BlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<LeaderRequest, LeaderResponse> call =
                member.channel().newCall(ElectionGrpc.getObserveMethod(), CallOptions.DEFAULT);

        Observer(String name) {
            this(name, Integer.MAX_VALUE);
        }

        Observer(String name, int requested) {
            call.start(this, new Metadata());
            call.request(requested);
            call.sendMessage(named(name));
            call.halfClose();
        }

        @Override
        public void onMessage(LeaderResponse response) {
            seen.add(response);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }

        LeaderResponse next() throws InterruptedException {
            LeaderResponse next = seen.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("the next leader").isNotNull();
            return next;
        }

        void expect(String key, String value, long revision) throws InterruptedException {
            LeaderResponse next = next();
            assertThat(next.getKv().getKey()).isEqualTo(copyFromUtf8(key));
            assertThat(next.getKv().getValue()).isEqualTo(copyFromUtf8(value));
            assertThat(next.getHeader().getRevision()).isEqualTo(revision);
        }

        void cancel() {
            call.cancel("seen enough", null);
        }
    }

    private ListenableFuture<CampaignResponse> waiting(CampaignRequest request) {
        ListenableFuture<CampaignResponse> waiting =
                ElectionGrpc.newFutureStub(member.channel()).campaign(request);
        String key = "%s/%x".formatted(request.getName().toStringUtf8(), request.getLease());
        Eventually.await(BOUND, () -> key + " stands", () -> range(key).getKvsCount() == 1);
        assertThat(waiting.isDone()).isFalse();
        return waiting;
    }

    private RangeResponse range(String key) {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }

    private static LeaderRequest named(String name) {
        return LeaderRequest.newBuilder().setName(copyFromUtf8(name)).build();
    }

    private static CampaignRequest candidate(String name, long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(copyFromUtf8(name))
                .setLease(lease)
                .setValue(copyFromUtf8(value))
                .build();
    }

    private static LeaderKey leaderKey(String name, long lease, long revision) {
        return LeaderKey.newBuilder()
                .setName(copyFromUtf8(name))
                .setKey(copyFromUtf8("%s/%x".formatted(name, lease)))
                .setLease(lease)
                .setRev(revision)
                .build();
    }

    private static ProclaimRequest proclaim(LeaderKey leader, String value) {
        return ProclaimRequest.newBuilder()
                .setLeader(leader)
                .setValue(copyFromUtf8(value))
                .build();
    }
}
