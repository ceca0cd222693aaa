package io.metastore.server.grpc;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.metastore.raft.RaftNode;
import io.metastore.server.auth.Passwords;
import io.metastore.server.auth.Tokens;
import io.metastore.server.cluster.LeaderHandover;
import io.metastore.server.cluster.Membership;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.lease.LeaseAuthority;
import io.metastore.server.metrics.CallMetrics;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.server.replication.ReadGate;
import io.metastore.server.replication.Replicator;
import io.metastore.server.slow.SlowCalls;
import io.metastore.server.traffic.Traffic;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.state.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Everything that is served over gRPC, put together. */
public final class Services {
    private Services() {}

    /**
     * What services are made of.
     *
     * @param readers runs reads that may touch the disk
     * @param admin runs what takes long: hashes, defragmentation
     * @param expiry knows the order in which leases end
     * @param random source of lease ids; must not be guessed by its earlier ones
     * @param self the way to this member's own services, for those that are made of others
     * @param learner whether this member is one
     * @param audit null if there is none
     * @param traffic null if requests are not sampled
     */
    public record Parts(
            ServerConfig config,
            StateMachine state,
            RaftNode raft,
            Replicator replicator,
            ReadGate gate,
            Executor readers,
            Executor admin,
            Headers headers,
            SpaceAlarm space,
            LeaseAuthority leases,
            ExpiryQueue expiry,
            RandomGenerator random,
            Access access,
            Tokens tokens,
            Passwords passwords,
            Channel self,
            Membership membership,
            LeaderHandover handover,
            BooleanSupplier learner,
            CallMetrics calls,
            SlowCalls slow,
            RequestMetrics requests,
            @Nullable Auditor audit,
            @Nullable Traffic traffic) {}

    /**
     * The definitions of all services.
     *
     * @param others services that are made elsewhere
     */
    public static List<ServerServiceDefinition> of(Parts parts, List<ServerServiceDefinition> others) {
        ServerConfig config = parts.config();
        BooleanSupplier leaderKnown = () -> parts.raft().leadership().hasLeader();
        UnaryCalls calls = new UnaryCalls(
                leaderKnown,
                parts.learner(),
                maxMessageBytes(config),
                new ReplyBudget(Runtime.getRuntime().maxMemory() / 4),
                parts.calls(),
                parts.slow(),
                parts.audit());
        RangeStreamCalls streams = new RangeStreamCalls(
                parts.state().store(),
                parts.gate(),
                parts.readers(),
                parts.headers(),
                parts.access(),
                config.maxRequestBytes(),
                parts.calls(),
                parts.audit());
        ReadCalls reads = new ReadCalls(
                parts.state().store(),
                parts.gate(),
                parts.readers(),
                parts.headers(),
                parts.access(),
                parts.requests());
        KvService kv = new KvService(
                parts.state(),
                parts.replicator(),
                parts.gate(),
                parts.headers(),
                parts.space(),
                parts.access(),
                config.maxTxnOps(),
                calls,
                reads,
                streams,
                parts.traffic());

        CountedCalls counted = new CountedCalls(parts.calls(), parts.slow());
        AuditedCalls audited = parts.audit() == null ? null : new AuditedCalls(parts.audit());
        // What is last is asked first.
        ServerInterceptor[] outer =
                audited == null ? new ServerInterceptor[] {counted} : new ServerInterceptor[] {audited, counted};
        List<ServerServiceDefinition> services = new ArrayList<>();
        others.forEach(service -> services.add(ServerInterceptors.intercept(service, counted)));
        services.add(kv.definition());
        LeaseService leases = new LeaseService(new LeaseService.Parts(
                parts.replicator()::submit,
                parts.space()::check,
                parts.leases(),
                parts.expiry()::idsByRemaining,
                parts.state().leases()::keysOf,
                parts.readers(),
                parts.state().store()::currentRevision,
                parts.headers(),
                parts.access(),
                LeaseService.minTtlSeconds(config.electionTimeout()),
                parts.random()::nextLong));
        List<BindableService> bindable = new ArrayList<>(List.of(
                leases,
                new ClusterService(parts.state().members(), parts.membership(), parts.gate(), parts.headers()),
                new MaintenanceService(
                        parts.state(),
                        parts.raft(),
                        parts.replicator(),
                        parts.admin(),
                        parts.headers(),
                        parts.access(),
                        config.quotaBytes(),
                        parts.handover(),
                        new Downgrades(
                                parts.state().members(), parts.gate(), parts.replicator()::submit, () -> parts.headers()
                                        .at(parts.state().store().currentRevision())),
                        parts.learner()),
                new AuthService(new AuthService.Parts(
                        parts.access(),
                        parts.tokens(),
                        parts.passwords(),
                        parts.gate(),
                        parts.replicator()::submit,
                        parts.state().store()::currentRevision,
                        parts.headers()))));
        LearnerCheck learnerCheck = new LearnerCheck(parts.learner(), leaderKnown);
        AccessCheck check = new AccessCheck(parts.access(), false);
        bindable.forEach(service -> services.add(
                ServerInterceptors.intercept(ServerInterceptors.intercept(service, check, learnerCheck), outer)));
        List<BindableService> ofAnyMember = new ArrayList<>(List.of(new HealthService()));
        if (config.reflection()) {
            ofAnyMember.add(ProtoReflectionServiceV1.newInstance());
        }
        ofAnyMember.forEach(service ->
                services.add(ServerInterceptors.intercept(ServerInterceptors.intercept(service, check), outer)));
        AccessCheck checkAndHandOn = new AccessCheck(parts.access(), true);
        for (BindableService service : List.of(new LockService(parts.self()), new ElectionService(parts.self()))) {
            services.add(ServerInterceptors.intercept(
                    ServerInterceptors.intercept(service, checkAndHandOn, learnerCheck), outer));
        }
        services.forEach(Services::requireRules);
        services.forEach(service -> service.getMethods()
                .forEach(method -> CountedCalls.counters(parts.calls(), method.getMethodDescriptor())));
        return services;
    }

    /** Fails at start, not when somebody calls what nobody has thought of. */
    private static void requireRules(ServerServiceDefinition service) {
        service.getMethods().forEach(method -> {
            var unused = AccessRule.of(method.getMethodDescriptor().getFullMethodName());
        });
    }

    /** etcd's receive limit is this much above its request limit (etcd: v3rpc/grpc.go). */
    public static int maxMessageBytes(ServerConfig config) {
        return config.maxRequestBytes() + (512 << 10);
    }

    /** What the transport lets through, so that the refusal of what is larger can carry etcd's text. */
    public static int transportLimitBytes(ServerConfig config) {
        return Math.max(maxMessageBytes(config), (int) Math.min(4L * config.maxRequestBytes(), 64 << 20));
    }
}
