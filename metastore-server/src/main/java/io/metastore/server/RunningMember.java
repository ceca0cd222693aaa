package io.metastore.server;

import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.raft.FatalHandler;
import io.metastore.raft.RaftConfig;
import io.metastore.raft.RaftNode;
import io.metastore.raft.RaftStartException;
import io.metastore.server.audit.AuditLog;
import io.metastore.server.auth.Passwords;
import io.metastore.server.auth.SimpleTokens;
import io.metastore.server.auth.TokenOptions;
import io.metastore.server.auth.Tokens;
import io.metastore.server.cluster.Bootstrap;
import io.metastore.server.cluster.ClusterPeers;
import io.metastore.server.cluster.ClusterVersionKeeper;
import io.metastore.server.cluster.ForcedCluster;
import io.metastore.server.cluster.LeaderHandover;
import io.metastore.server.cluster.Membership;
import io.metastore.server.cluster.MembershipKeeper;
import io.metastore.server.cluster.Publication;
import io.metastore.server.cluster.SelfPromotion;
import io.metastore.server.compaction.AutoCompactor;
import io.metastore.server.config.GoDuration;
import io.metastore.server.config.Listener;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.corruption.CorruptionMonitor;
import io.metastore.server.corruption.InitialCheck;
import io.metastore.server.corruption.PeerHashes;
import io.metastore.server.data.DataDirectory;
import io.metastore.server.data.Identity;
import io.metastore.server.data.SpaceGuard;
import io.metastore.server.data.StartException;
import io.metastore.server.gateway.Gateway;
import io.metastore.server.grpc.Access;
import io.metastore.server.grpc.Auditor;
import io.metastore.server.grpc.GrpcServer;
import io.metastore.server.grpc.Headers;
import io.metastore.server.grpc.LeaderMonitor;
import io.metastore.server.grpc.Services;
import io.metastore.server.grpc.SpaceAlarm;
import io.metastore.server.grpc.WatchAccess;
import io.metastore.server.grpc.WatchService;
import io.metastore.server.http.Health;
import io.metastore.server.http.HttpEndpoint;
import io.metastore.server.lease.LeaderLeases;
import io.metastore.server.lease.LeaseKeeper;
import io.metastore.server.lease.RaftLeader;
import io.metastore.server.metrics.CallMetrics;
import io.metastore.server.metrics.Metrics;
import io.metastore.server.metrics.RequestMetrics;
import io.metastore.server.metrics.Scrapes;
import io.metastore.server.peer.PeerDialer;
import io.metastore.server.peer.PeerNetwork;
import io.metastore.server.peer.RoundTrips;
import io.metastore.server.replication.Applier;
import io.metastore.server.replication.LoopContext;
import io.metastore.server.replication.OwnProposals;
import io.metastore.server.replication.ProposalService;
import io.metastore.server.replication.ReadGate;
import io.metastore.server.replication.Replicator;
import io.metastore.server.replication.TimeoutCause;
import io.metastore.server.slow.RoughClock;
import io.metastore.server.slow.SlowApplies;
import io.metastore.server.slow.SlowCalls;
import io.metastore.server.stats.StatsEndpoint;
import io.metastore.server.tls.ClientTls;
import io.metastore.server.tls.ServerTls;
import io.metastore.server.tls.TlsConfig;
import io.metastore.server.traffic.Traffic;
import io.metastore.storage.auth.AuthListener;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.engine.RocksEngine;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.mvcc.PrefixReader;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateConfig;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.watch.WatchConfig;
import io.metastore.storage.watch.WatchHub;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The object graph of a member that serves: built by hand, in order, and taken down in reverse. */
final class RunningMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningMember.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FOLLOW_PAUSE = Duration.ofMillis(100);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(20);
    private static final long RAFT_SNAPSHOT_BYTES = 256L << 20;
    private static final Duration AUDIT_REPORT = Duration.ofMinutes(1);
    private static final int READ_QUEUE = 10_000;
    private static final int ADMIN_QUEUE = 64;
    /** Passwords that one thread can compare while their clients still wait, at the default cost. */
    private static final int BCRYPT_QUEUE = 128;

    private static final int NAME_LOOKUP_QUEUE = 64;

    private final Deque<AutoCloseable> parts;
    private final GrpcServer grpc;
    private final String inProcessName;

    private RunningMember(Deque<AutoCloseable> parts, GrpcServer grpc, String inProcessName) {
        this.parts = parts;
        this.grpc = grpc;
        this.inProcessName = inProcessName;
    }

    List<SocketAddress> addresses() {
        return grpc.addresses();
    }

    String inProcessName() {
        return inProcessName;
    }

    static RunningMember start(ServerConfig config, FatalHandler fatal, Runnable onRemoved) throws StartException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return build(config, fatal, onRemoved, parts);
        } catch (StartException | RuntimeException failure) {
            closeAll(parts);
            throw failure;
        } catch (IOException | RaftStartException | ExecutionException | TimeoutException failure) {
            closeAll(parts);
            throw new StartException(String.valueOf(failure.getMessage()), failure);
        } catch (InterruptedException interrupted) {
            closeAll(parts);
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while starting", interrupted);
        }
    }

    private static RunningMember build(
            ServerConfig config, FatalHandler fatal, Runnable onRemoved, Deque<AutoCloseable> parts)
            throws StartException, IOException, RaftStartException, ExecutionException, TimeoutException,
                    InterruptedException {
        DataDirectory data = keep(parts, DataDirectory.open(config.dataDir()));
        PeerDialer dialer = new PeerDialer(ClientTls.load(config.peers().tls()));
        boolean forced = config.forceNewCluster() && data.isFounded();
        Bootstrap known = Bootstrap.of(config, data, dialer);
        Bootstrap bootstrap = forced ? known.alone() : known;
        Identity identity = bootstrap.identity();
        MemberThreads threads = keep(
                parts,
                new MemberThreads(
                        "metastore-" + config.name() + "-",
                        (thread, cause) -> fatal.fatal("thread " + thread.getName() + " died", cause)));
        ExecutorService replies = threads.pool("reply", 1, Integer.MAX_VALUE);
        LoopContext shared = LoopContext.shared(replies);
        ExecutorService readers = threads.pool("read", 2, READ_QUEUE);
        ExecutorService admin = threads.pool("admin", 1, ADMIN_QUEUE);
        ScheduledExecutorService timer = threads.timer("maintenance");

        KvEngine engine = keep(parts, engineOf(config, data));
        StateMachine state = keep(
                parts,
                StateMachine.open(
                        engine, StateConfig.forHeap(Runtime.getRuntime().maxMemory())));
        state.store().compactor().start();
        WatchHub hub = keep(
                parts,
                WatchHub.start(
                        state.store(),
                        WatchConfig.forHeap(heapBytes()),
                        threads.factory("catch-up"),
                        cause -> fatal.fatal("watch hub", cause)));
        state.addListener(hub);
        ExpiryQueue expiry = new ExpiryQueue(System::nanoTime);
        state.leases().addListener(expiry);

        Tokens tokens = tokens(config);
        Access access = new Access(
                state.auth(), tokens, config.front().tls().clientCertAuth() ? Access::commonName : connection -> null);
        AuditLog audit = config.audit().isPresent()
                ? keep(parts, AuditLog.start(config.audit().get(), threads.factory("audit")))
                : null;
        Auditor auditor = audit == null ? null : new Auditor(audit, access);
        Passwords passwords = new Passwords(
                config.auth().bcryptCost(),
                threads.pool("bcrypt", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), BCRYPT_QUEUE));
        Quota quota = state.quota(config.quotaBytes());
        Metrics metrics = new Metrics();
        if (audit != null) {
            MemberMetrics.audit(metrics, audit);
            threads.repeat(timer, AUDIT_REPORT, audit::report);
        }
        OwnProposals own = new OwnProposals(identity.memberId());
        RoughClock clock = new RoughClock();
        threads.repeat(timer, RoughClock.TICK, clock::tick);
        SlowApplies slow = new SlowApplies(config.slow().apply(), clock);
        MemberMetrics.slowApplies(metrics, slow::count);
        RequestMetrics requests = new RequestMetrics(metrics);
        Applier applier = new Applier(state, quota, own, slow, requests);
        applier.onLeadership(MemberMetrics.leaderChanges(metrics));
        CompletableFuture<Void> removal = new CompletableFuture<>();
        Runnable wasRemoved = () -> {
            removal.complete(null);
            onRemoved.run();
        };
        PeerNetwork peers = keep(
                parts,
                ClusterPeers.start(
                        config,
                        bootstrap,
                        state.members(),
                        dialer,
                        threads.pool("peer-names", 1, NAME_LOOKUP_QUEUE),
                        threads.prefix(),
                        timer,
                        wasRemoved));
        PeerHashes hashes = new PeerHashes(state, peers, admin, config.requestTimeout());
        if (config.corruptionChecks().atStart()) {
            InitialCheck.run(identity.memberId(), state, hashes);
        }
        RaftConfig raftConfig = raftConfig(config, data, bootstrap, peers);
        if (forced) {
            ForcedCluster.force(raftConfig, state.members(), applier);
        }
        RaftNode raft = keep(parts, RaftNode.start(raftConfig, applier, fatal, new RaftMetrics(metrics)));
        TimeoutCause timeouts = new TimeoutCause(raft, peers, identity.memberId(), config.electionTimeout());
        applier.onLeadership(timeouts::leadershipChanged);
        SecureRandom random = new SecureRandom();
        Replicator replicator = keep(
                parts,
                new Replicator(
                        raft,
                        peers,
                        own,
                        timeouts,
                        identity.memberId(),
                        random.nextLong(),
                        config.maxRequestBytes(),
                        shared,
                        config.requestTimeout(),
                        requests));
        RoundTrips roundTrips = new PeerMetrics(metrics, peers, identity.memberId()).roundTrips();
        threads.repeat(timer, RoundTrips.EVERY, roundTrips::measure);
        var unused = new ProposalService(raft, peers, config.maxRequestBytes());
        ReadGate gate = new ReadGate(raft.reads());
        Headers headers = new Headers(identity.clusterId(), identity.memberId(), () -> raft.leadership()
                .term());
        MembershipKeeper membershipKeeper = new MembershipKeeper(raft, state.members(), replicator::submitNothing);
        threads.repeat(timer, FOLLOW_PAUSE, membershipKeeper::follow);
        Membership membership = new Membership(
                state.members(),
                raft,
                peers,
                replicator::submit,
                timer,
                new Membership.Settings(
                        identity.memberId(),
                        config.maxLearners(),
                        config.strictReconfigCheck(),
                        config.requestTimeout(),
                        InstantSource.system()));
        if (config.promoteWhenReady()) {
            threads.repeat(
                    timer,
                    SelfPromotion.INTERVAL,
                    new SelfPromotion(identity.memberId(), state.members(), membership::promote)::follow);
        }
        LeaderHandover handover = new LeaderHandover(raft, peers, identity.memberId(), timer, config.electionTimeout());
        SpaceGuard disk = SpaceGuard.of(config.dataDir());
        SpaceAlarm space = new SpaceAlarm(state, quota, replicator, disk, identity.memberId());
        LeaseKeeper keeper = keep(
                parts,
                new LeaseKeeper(
                        expiry,
                        state.leases(),
                        new RaftLeader(raft),
                        replicator::submit,
                        replies,
                        System::nanoTime,
                        new LeaseKeeper.Settings(config.electionTimeout(), config.leaseCheckpoints())));
        applier.onLeadership(leadership -> keeper.leadershipChanged());
        keeper.start(threads.factory("lease"));
        LeaderLeases leases = new LeaderLeases(keeper, raft, peers, timer, config.requestTimeout());
        threads.repeat(timer, RETRY_PAUSE, replicator::retryParked);
        threads.repeat(timer, Duration.ofMillis(500), () -> replicator.expire(System.nanoTime()));

        awaitLeader(raft, removal);
        if (tokens instanceof SimpleTokens simple) {
            // From here on: a token in the part of the log that was replayed may long have ended.
            state.auth().addListener(simple);
            threads.repeat(timer, Duration.ofSeconds(1), simple::expire);
        }
        Member me = new Member(
                identity.memberId(),
                config.name(),
                texts(config.advertisePeerUrls()),
                texts(config.advertiseClientUrls()),
                false);
        new Publication(state.members(), replicator::submit, removal::isDone).publish(me, bootstrap.founders());
        ClusterVersionKeeper versions = new ClusterVersionKeeper(
                state.members(), () -> raft.leadership().ready(), replicator::submit);
        threads.repeat(timer, ClusterVersionKeeper.INTERVAL, versions::follow);
        disk.check();
        threads.repeat(timer, Duration.ofSeconds(1), () -> {
            if (disk.check()) {
                space.raise();
            }
        });
        AutoCompactor compactor = autoCompactor(config, state, raft, replicator);
        if (!compactor.interval().isZero()) {
            threads.repeat(timer, compactor.interval(), compactor::tick);
        }

        CorruptionMonitor corruption =
                new CorruptionMonitor(identity.memberId(), state, raft, hashes, replicator::submit);
        if (!config.corruptionChecks().statesEvery().isZero()) {
            threads.repeat(timer, config.corruptionChecks().statesEvery(), corruption::compareStates);
        }
        if (!config.corruptionChecks().compactionsEvery().isZero()) {
            threads.repeat(timer, config.corruptionChecks().compactionsEvery(), corruption::compareCompactions);
        }

        AtomicBoolean isLearner = new AtomicBoolean();
        state.members()
                .onChange(() -> isLearner.set(state.members()
                        .find(identity.memberId())
                        .map(Member::learner)
                        .orElse(false)));
        BooleanSupplier learner = isLearner::get;
        BooleanSupplier leaderKnown = () -> raft.leadership().hasLeader();
        WatchService watches = keep(
                parts,
                new WatchService(new WatchService.Parts(
                        hub,
                        headers,
                        WatchAccess.of(access),
                        LeaderMonitor.start(leaderKnown, timer, config.electionTimeout()),
                        learner,
                        shared,
                        timer,
                        config.watchProgressInterval(),
                        Services.maxMessageBytes(config),
                        auditor)));
        state.auth().addListener(new AuthListener() {
            @Override
            public void published(AuthState auth) {
                watches.recheck();
            }
        });
        Traffic traffic = config.trafficSampling() == 0
                ? null
                : new Traffic(config.trafficSampling(), System::nanoTime, random::nextLong);
        if (traffic != null) {
            threads.repeat(timer, Traffic.COLLECT_INTERVAL, traffic::collect);
        }
        String inProcessName = "metastore-" + UUID.randomUUID();
        ManagedChannel loopback = InProcessChannelBuilder.forName(inProcessName)
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        parts.push(loopback::shutdownNow);
        List<ServerServiceDefinition> services = Services.of(
                new Services.Parts(
                        config,
                        state,
                        raft,
                        replicator,
                        gate,
                        readers,
                        admin,
                        headers,
                        space,
                        leases,
                        expiry,
                        random,
                        access,
                        tokens,
                        passwords,
                        loopback,
                        membership,
                        handover,
                        learner,
                        new CallMetrics(metrics, config.monitoring().extensiveMetrics()),
                        new SlowCalls(config.slow(), slow, clock),
                        requests,
                        auditor,
                        traffic),
                List.of(watches.definition()));
        Health health = new Health(state, raft, gate, identity.memberId());
        new MemberMetrics(
                        metrics,
                        new MemberMetrics.Parts(
                                state,
                                raft,
                                replicator,
                                applier,
                                hub,
                                quota,
                                keeper,
                                membership,
                                peers,
                                health,
                                identity.memberId(),
                                config.monitoring().features()))
                .bind();
        Scrapes scrapes = new Scrapes(metrics, readers);
        TlsConfig tls = config.front().tls();
        boolean anyTls = config.front().listeners().stream().anyMatch(Listener::tls);
        Gateway gateway = new Gateway(
                loopback,
                Services.maxMessageBytes(config),
                Services.transportLimitBytes(config),
                audit != null || traffic != null);
        GrpcServer grpc = keep(
                parts,
                GrpcServer.start(
                        new GrpcServer.Settings(
                                threads.prefix(),
                                config.front().listeners(),
                                inProcessName,
                                config.eventLoops(),
                                Services.transportLimitBytes(config),
                                config.maxConcurrentStreams(),
                                config.keepAlive(),
                                config.reusePort()),
                        services,
                        new GrpcServer.Front(
                                anyTls ? ServerTls.load(tls, Runnable::run) : null,
                                HttpEndpoint.ofClients(
                                        health,
                                        config.http(),
                                        gateway::newHandler,
                                        new StatsEndpoint(
                                                access,
                                                new PrefixReader(state.store(), System::nanoTime),
                                                traffic,
                                                admin),
                                        scrapes::text),
                                HttpEndpoint.ofMetrics(health, scrapes::text))));
        parts.push(handover::handOver); // the first to be done when the member stops
        state.members().onChange(() -> {
            if (state.members().wasRemoved(identity.memberId())) {
                wasRemoved.run();
            }
        });
        // Until here damage is a reason not to start.
        engine.onDamage(damage -> fatal.fatal("the state is damaged", damage));
        return new RunningMember(parts, grpc, inProcessName);
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static List<String> texts(List<URI> urls) {
        return urls.stream().map(URI::toString).toList();
    }

    /** What the heap is meant to be; the launcher lets it grow beyond that for single requests. */
    private static long heapBytes() {
        return Long.getLong("metastore.heap.bytes", Runtime.getRuntime().maxMemory());
    }

    private static KvEngine engineOf(ServerConfig config, DataDirectory data) throws IOException {
        if (config.storageEngine() == ServerConfig.StorageEngine.MEMORY) {
            return new MemoryEngine();
        }
        long nativeBytes = config.storageCacheBytes() > 0
                ? config.storageCacheBytes()
                : Long.getLong("metastore.native.bytes", EngineConfig.DEFAULT.nativeBytes());
        return RocksEngine.open(data.state(), EngineConfig.ofNativeBytes(nativeBytes));
    }

    private static Tokens tokens(ServerConfig config) throws StartException {
        try {
            return new TokenOptions(text -> GoDuration.parse(text)
                            .orElseThrow(() -> new IllegalArgumentException("not a duration: " + text)))
                    .tokens(config.auth(), System::nanoTime, InstantSource.system());
        } catch (TokenOptions.InvalidOptionsException invalid) {
            throw new StartException(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private static RaftConfig raftConfig(
            ServerConfig config, DataDirectory data, Bootstrap bootstrap, PeerNetwork peers) {
        Identity identity = bootstrap.identity();
        List<Long> founders = bootstrap.founders().stream().map(Member::id).toList();
        return RaftConfig.of("cluster-%x".formatted(identity.clusterId()), identity.memberId(), founders, data.raft())
                .withTimeouts(config.electionTimeout(), config.heartbeatInterval())
                .withReadTimeout(config.requestTimeout())
                .withSnapshotEvery(config.snapshotEntries(), RAFT_SNAPSHOT_BYTES)
                .withSnapshotBytesPerSecond(config.snapshotTransferBytes())
                .withFsync(config.fsync())
                .withTransport(peers);
    }

    /** However long it takes for enough of the others to be there. */
    private static void awaitLeader(RaftNode raft, CompletableFuture<Void> removal)
            throws ExecutionException, InterruptedException, StartException {
        CompletableFuture<?> ready = CompletableFuture.anyOf(raft.awaitReady(), removal);
        while (true) {
            try {
                ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (removal.isDone()) {
                    throw new StartException("the member has been permanently removed from the cluster");
                }
                return;
            } catch (TimeoutException notYet) {
                LOG.warn("waiting for a leader: not enough members have started, or they do not reach each other");
            }
        }
    }

    private static AutoCompactor autoCompactor(
            ServerConfig config, StateMachine state, RaftNode raft, Replicator replicator) {
        return new AutoCompactor(
                config.autoCompaction(),
                () -> state.store().currentRevision(),
                () -> raft.leadership().self(),
                revision -> replicator
                        .submit(new Command.Compact(CompactionRequest.newBuilder()
                                .setRevision(revision)
                                .build()))
                        .thenApply(outcome -> true));
    }

    @Override
    public void close() {
        closeAll(parts);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception failure) {
                LOG.warn("while closing {}", part.getClass().getSimpleName(), failure);
            }
        }
    }
}
