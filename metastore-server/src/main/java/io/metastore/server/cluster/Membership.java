package io.metastore.server.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.peer.MemberQuery;
import io.metastore.raft.Leadership;
import io.metastore.raft.PeerTransport;
import io.metastore.raft.RaftNode;
import io.metastore.server.peer.PeerException;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.storage.cluster.ClusterIds;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the member list, at whatever member they are asked for; a promotion is decided by the leader, who alone knows how
 * far a learner is (etcd: server.go, AddMember and its like). Each ends when raft's configuration has followed as far as it must
 * for the change to be safe. Any thread.
 */
public final class Membership {
    private static final String PROMOTE = "MemberPromote";
    /** A learner must have this much of the leader's log (etcd: server.go, readyPercentThreshold). */
    private static final double READY = 0.9;

    private static final long LOOK_MILLIS = 20;

    private final MemberStore members;
    private final RaftNode raft;
    private final PeerNetwork peers;
    private final Function<Command, CompletableFuture<Outcome>> submit;
    private final ReconfigChecks checks;
    private final ScheduledExecutorService timer;
    private final Settings settings;
    private final LongAdder promotions = new LongAdder();
    private final Map<EtcdError, LongAdder> failedPromotions = new ConcurrentHashMap<>();

    /**
     * What the operator says of it.
     *
     * @param strict whether changes that could cost the quorum are refused
     */
    public record Settings(long self, int maxLearners, boolean strict, Duration timeout, InstantSource clock) {}

    public Membership(
            MemberStore members,
            RaftNode raft,
            PeerNetwork peers,
            Function<Command, CompletableFuture<Outcome>> submit,
            ScheduledExecutorService timer,
            Settings settings) {
        this.members = members;
        this.raft = raft;
        this.peers = peers;
        this.submit = submit;
        this.checks = new ReconfigChecks(members, peers, settings.self());
        this.timer = timer;
        this.settings = settings;
        peers.handle(PROMOTE, this::promoteFor);
    }

    /** Completes with the new member. */
    public CompletableFuture<Member> add(List<String> peerUrls, boolean learner) {
        if (peerUrls.isEmpty() || !peerUrls.stream().allMatch(Membership::isPeerUrl)) {
            return refused(EtcdError.MEMBER_BAD_URLS);
        }
        EtcdError refusal = settings.strict() ? checks.refusalToAdd(learner) : null;
        if (refusal != null) {
            return refused(refusal);
        }
        long id = ClusterIds.ofAddedMember(peerUrls, settings.clock().instant().getEpochSecond());
        Member added = new Member(id, "", peerUrls, List.of(), learner);
        return agreed(new Command.AddMember(added, settings.maxLearners())).thenApply(done -> added);
    }

    public CompletableFuture<Void> remove(long id) {
        EtcdError refusal = settings.strict() ? checks.refusalToRemove(id) : null;
        if (refusal != null) {
            return refused(refusal);
        }
        return agreed(new Command.RemoveMember(id))
                .thenCompose(done -> until(() -> !raft.members().contains(id)));
    }

    public CompletableFuture<Void> update(long id, List<String> peerUrls) {
        return agreed(new Command.UpdateMember(id, peerUrls));
    }

    public CompletableFuture<Void> promote(long id) {
        Leadership leadership = raft.leadership();
        if (leadership.self()) {
            return promoteAsLeader(id);
        }
        if (!leadership.hasLeader()) {
            return refused(EtcdError.NO_LEADER);
        }
        byte[] query = MemberQuery.newBuilder().setId(id).build().toByteArray();
        CompletableFuture<Void> promoted = new CompletableFuture<>();
        var unused = peers.call(leadership.leaderMemberId(), PROMOTE, query, settings.timeout())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        raft.reads().pass(() -> promoted.complete(null), promoted::completeExceptionally);
                    } else {
                        promoted.completeExceptionally(errorOf(failure).exception());
                    }
                });
        return promoted;
    }

    private CompletableFuture<Void> promoteAsLeader(long id) {
        return tryToPromote(id).whenComplete((done, failure) -> {
            if (failure == null) {
                promotions.increment();
            } else if (causeOf(failure) instanceof EtcdException known) {
                failedPromotions
                        .computeIfAbsent(known.error(), first -> new LongAdder())
                        .increment();
            }
        });
    }

    /** Learners that this member has promoted as leader. */
    public long promotions() {
        return promotions.sum();
    }

    /** Why this member has not promoted others, as leader, and how often. */
    public Map<EtcdError, LongAdder> failedPromotions() {
        return failedPromotions;
    }

    private CompletableFuture<Void> tryToPromote(long id) {
        Member known = members.find(id).orElse(null);
        if (known == null) {
            return refused(EtcdError.MEMBER_NOT_FOUND);
        }
        EtcdError refusal = settings.strict() ? checks.refusalToPromote() : null;
        if (refusal != null) {
            return refused(refusal);
        }
        if (known.learner() && !isReady(id)) {
            return refused(EtcdError.LEARNER_NOT_READY);
        }
        return agreed(new Command.PromoteMember(id))
                .thenCompose(done -> until(() -> raft.members().voters().contains(id)));
    }

    private boolean isReady(long learner) {
        OptionalLong last = raft.lastLogIndexOf(learner);
        return peers.connectedFor(learner) != null
                && last.isPresent()
                && last.getAsLong() >= READY * raft.lastLogIndex();
    }

    private void promoteFor(long from, byte[] body, PeerTransport.Reply reply) {
        long id;
        try {
            id = MemberQuery.parseFrom(body).getId();
        } catch (InvalidProtocolBufferException malformed) {
            reply.failed(malformed);
            return;
        }
        if (!raft.leadership().self()) {
            reply.failed(new PeerException(PeerException.Kind.ETCD_ERROR, EtcdError.NO_LEADER.name()));
            return;
        }
        var unused = promoteAsLeader(id).whenComplete((done, failure) -> {
            if (failure == null) {
                reply.answered(new byte[0]);
            } else if (causeOf(failure) instanceof EtcdException known) {
                reply.failed(new PeerException(
                        PeerException.Kind.ETCD_ERROR, known.error().name()));
            } else {
                reply.failed(new IllegalStateException(failure));
            }
        });
    }

    private static @Nullable Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
    }

    private static EtcdError errorOf(Throwable failure) {
        EtcdError known = failure instanceof PeerException peer ? peer.etcdError() : null;
        return known == null ? EtcdError.TIMEOUT : known;
    }

    private CompletableFuture<Void> agreed(Command command) {
        return submit.apply(command).thenAccept(Outcome::orThrow);
    }

    /** The change is agreed on, so this waits for what follows from it; how long it takes makes no failure of it. */
    private CompletableFuture<Void> until(BooleanSupplier condition) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        look(condition, System.nanoTime() + settings.timeout().toNanos(), reached);
        return reached;
    }

    private void look(BooleanSupplier condition, long deadlineNanos, CompletableFuture<Void> reached) {
        if (condition.getAsBoolean() || System.nanoTime() - deadlineNanos >= 0) {
            reached.complete(null);
            return;
        }
        var unused = timer.schedule(() -> look(condition, deadlineNanos, reached), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static boolean isPeerUrl(String text) {
        try {
            URI url = new URI(text);
            String path = url.getPath();
            return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getPort() > 0
                    && (path == null || path.isEmpty());
        } catch (URISyntaxException malformed) {
            return false;
        }
    }

    private static <T> CompletableFuture<T> refused(@Nullable EtcdError error) {
        return CompletableFuture.failedFuture(error == null ? new IllegalStateException("refused") : error.exception());
    }
}
