package io.metastore.server.lease;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.peer.LeaseQuery;
import io.metastore.api.peer.LeaseTimes;
import io.metastore.raft.Leadership;
import io.metastore.raft.PeerTransport;
import io.metastore.raft.RaftNode;
import io.metastore.server.peer.PeerException;
import io.metastore.server.peer.PeerNetwork;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Leases at whatever member they are asked about: the leader's keeper answers, here or over there. Renewing twice does no harm,
 * so a question is repeated until the request's time is over (etcd: v3_server.go, LeaseRenew).
 */
public final class LeaderLeases implements LeaseAuthority {
    private static final String RENEW = "LeaseRenew";
    private static final String TIME_TO_LIVE = "LeaseTimeToLive";
    private static final long PAUSE_MILLIS = 50;

    private final LeaseKeeper keeper;
    private final RaftNode raft;
    private final PeerNetwork peers;
    private final ScheduledExecutorService timer;
    private final Duration timeout;

    /**
     * @param timeout of a request
     */
    public LeaderLeases(
            LeaseKeeper keeper, RaftNode raft, PeerNetwork peers, ScheduledExecutorService timer, Duration timeout) {
        this.keeper = keeper;
        this.raft = raft;
        this.peers = peers;
        this.timer = timer;
        this.timeout = timeout;
        peers.handle(
                RENEW,
                (from, body, reply) -> answer(body, reply, id -> keeper.renew(id)
                        .thenApply(ttl -> LeaseTimes.newBuilder().setTtlSeconds(ttl))));
        peers.handle(
                TIME_TO_LIVE,
                (from, body, reply) ->
                        answer(body, reply, id -> keeper.timeToLive(id).thenApply(time -> LeaseTimes.newBuilder()
                                .setTtlSeconds(time.ttlSeconds())
                                .setGrantedSeconds(time.grantedSeconds()))));
    }

    @Override
    public CompletableFuture<Long> renew(long id) {
        if (raft.leadership().self()) {
            return keeper.renew(id);
        }
        CompletableFuture<LeaseTimes> answer = new CompletableFuture<>();
        ask(RENEW, id, System.nanoTime() + timeout.toNanos(), answer);
        return answer.thenApply(LeaseTimes::getTtlSeconds);
    }

    /** What is attached is read here, so this waits until all is here that the leader knew. */
    @Override
    public CompletableFuture<LeaseTime> timeToLive(long id) {
        if (raft.leadership().self()) {
            return keeper.timeToLive(id);
        }
        CompletableFuture<LeaseTimes> answer = new CompletableFuture<>();
        ask(TIME_TO_LIVE, id, System.nanoTime() + timeout.toNanos(), answer);
        return answer.thenCompose(times -> {
            CompletableFuture<LeaseTime> applied = new CompletableFuture<>();
            raft.reads()
                    .pass(
                            () -> applied.complete(new LeaseTime(times.getTtlSeconds(), times.getGrantedSeconds())),
                            applied::completeExceptionally);
            return applied;
        });
    }

    private void ask(String method, long id, long deadlineNanos, CompletableFuture<LeaseTimes> answer) {
        Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
        Leadership leadership = raft.leadership();
        if (left.isNegative() || left.isZero()) {
            answer.completeExceptionally(EtcdError.TIMEOUT.exception());
            return;
        }
        if (!leadership.hasLeader() || leadership.self()) {
            later(method, id, deadlineNanos, answer);
            return;
        }
        byte[] question = LeaseQuery.newBuilder().setId(id).build().toByteArray();
        var unused = peers.call(leadership.leaderMemberId(), method, question, left)
                .whenComplete((body, failure) -> {
                    EtcdError known = failure == null ? null : errorOf(failure);
                    if (failure == null) {
                        complete(body, answer);
                    } else if (known != null && !isOfLeadership(known)) {
                        answer.completeExceptionally(known.exception());
                    } else {
                        later(method, id, deadlineNanos, answer);
                    }
                });
    }

    private void later(String method, long id, long deadlineNanos, CompletableFuture<LeaseTimes> answer) {
        var unused = timer.schedule(
                () -> {
                    if (raft.leadership().self()) {
                        // Elected meanwhile: whoever asked may ask again, and will find this member to know.
                        answer.completeExceptionally(EtcdError.LEADER_CHANGED.exception());
                    } else {
                        ask(method, id, deadlineNanos, answer);
                    }
                },
                PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private static void complete(byte[] body, CompletableFuture<LeaseTimes> answer) {
        try {
            answer.complete(LeaseTimes.parseFrom(body));
        } catch (InvalidProtocolBufferException malformed) {
            answer.completeExceptionally(malformed);
        }
    }

    private static boolean isOfLeadership(EtcdError error) {
        return error == EtcdError.NO_LEADER
                || error == EtcdError.NOT_PRIMARY_LESSOR
                || error == EtcdError.LEADER_CHANGED;
    }

    private static @Nullable EtcdError errorOf(Throwable failure) {
        return failure instanceof PeerException peer ? peer.etcdError() : null;
    }

    private static void answer(
            byte[] body, PeerTransport.Reply reply, Function<Long, CompletableFuture<LeaseTimes.Builder>> question) {
        long id;
        try {
            id = LeaseQuery.parseFrom(body).getId();
        } catch (InvalidProtocolBufferException malformed) {
            reply.failed(malformed);
            return;
        }
        var unused = question.apply(id).whenComplete((times, failure) -> {
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            if (times != null) {
                reply.answered(times.build().toByteArray());
            } else if (cause instanceof EtcdException known) {
                reply.failed(new PeerException(
                        PeerException.Kind.ETCD_ERROR, known.error().name()));
            } else {
                reply.failed(new IllegalStateException(cause));
            }
        });
    }
}
