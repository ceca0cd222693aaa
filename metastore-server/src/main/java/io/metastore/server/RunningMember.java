package io.metastore.server;

import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.raft.FatalHandler;
import io.metastore.raft.PeerAddress;
import io.metastore.raft.RaftConfig;
import io.metastore.raft.RaftNode;
import io.metastore.raft.RaftStartException;
import io.metastore.server.auth.Passwords;
import io.metastore.server.auth.SimpleTokens;
import io.metastore.server.auth.TokenOptions;
import io.metastore.server.auth.Tokens;
import io.metastore.server.compaction.AutoCompactor;
import io.metastore.server.config.GoDuration;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.data.DataDirectory;
import io.metastore.server.data.Identity;
import io.metastore.server.data.SpaceGuard;
import io.metastore.server.data.StartException;
import io.metastore.server.gateway.Gateway;
import io.metastore.server.grpc.Access;
import io.metastore.server.grpc.GrpcServer;
import io.metastore.server.grpc.Headers;
import io.metastore.server.grpc.LeaderMonitor;
import io.metastore.server.grpc.Services;
import io.metastore.server.grpc.SpaceAlarm;
import io.metastore.server.grpc.WatchAccess;
import io.metastore.server.grpc.WatchService;
import io.metastore.server.http.Health;
import io.metastore.server.http.HttpEndpoint;
import io.metastore.server.lease.LeaseKeeper;
import io.metastore.server.lease.RaftLeader;
import io.metastore.server.replication.Applier;
import io.metastore.server.replication.LoopContext;
import io.metastore.server.replication.ReadGate;
import io.metastore.server.replication.Replicator;
import io.metastore.storage.auth.AuthListener;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.cluster.ClusterIds;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.engine.RocksEngine;
import io.metastore.storage.lease.ExpiryQueue;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateConfig;
import io.metastore.storage.state.StateMachine;
import io.metastore.storage.watch.WatchConfig;
import io.metastore.storage.watch.WatchHub;
import java.io.IOException;
import java.net.InetSocketAddress;
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
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The object graph of a member that serves: built by hand, in order, and taken down in reverse. */
final class RunningMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningMember.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration REQUEST_TIMEOUT_BASE = Duration.ofSeconds(5);
    private static final long RAFT_SNAPSHOT_BYTES = 256L << 20;
    private static final int READ_QUEUE = 10_000;
    private static final int ADMIN_QUEUE = 64;
    /** Passwords that one thread can compare while their clients still wait, at the default cost. */
    private static final int BCRYPT_QUEUE = 128;

    private final Deque<AutoCloseable> parts;
    private final GrpcServer grpc;
    private final String inProcessName;

    private RunningMember(Deque<AutoCloseable> parts, GrpcServer grpc, String inProcessName) {
        this.parts = parts;
        this.grpc = grpc;
        this.inProcessName = inProcessName;
    }

    List<InetSocketAddress> addresses() {
        return grpc.addresses();
    }

    String inProcessName() {
        return inProcessName;
    }

    static RunningMember start(ServerConfig config, FatalHandler fatal) throws StartException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return build(config, fatal, parts);
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

    private static RunningMember build(ServerConfig config, FatalHandler fatal, Deque<AutoCloseable> parts)
            throws StartException, IOException, RaftStartException, ExecutionException, TimeoutException,
                    InterruptedException {
        DataDirectory data = keep(parts, DataDirectory.open(config.dataDir()));
        Identity identity = identityOf(config, data);
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
        // Verified certificates come with TLS.
        Access access = new Access(state.auth(), tokens, connection -> null);
        Passwords passwords = new Passwords(
                config.auth().bcryptCost(),
                threads.pool("bcrypt", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), BCRYPT_QUEUE));
        Quota quota = state.quota(config.quotaBytes());
        Applier applier = new Applier(state, quota);
        PeerAddress self =
                addressOf(identity.memberId(), config.advertisePeerUrls().get(0));
        RaftNode raft = keep(parts, RaftNode.start(raftConfig(config, data, identity, self), applier, fatal));
        SecureRandom random = new SecureRandom();
        Replicator replicator = new Replicator(
                raft,
                identity.memberId(),
                random.nextLong(),
                config.maxRequestBytes(),
                shared,
                REQUEST_TIMEOUT_BASE.plus(config.electionTimeout().multipliedBy(2)));
        ReadGate gate = new ReadGate(raft.reads());
        Headers headers = new Headers(identity.clusterId(), identity.memberId(), () -> raft.leadership()
                .term());
        SpaceGuard disk = SpaceGuard.of(config.dataDir());
        SpaceAlarm space = new SpaceAlarm(state, quota, replicator, disk, identity.memberId());
        LeaseKeeper leases = keep(
                parts,
                new LeaseKeeper(
                        expiry,
                        state.leases(),
                        new RaftLeader(raft),
                        replicator::submit,
                        replies,
                        System::nanoTime,
                        new LeaseKeeper.Settings(config.electionTimeout(), config.leaseCheckpoints())));
        applier.onLeadership(leadership -> leases.leadershipChanged());
        leases.start(threads.factory("lease"));

        raft.awaitReady().get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (tokens instanceof SimpleTokens simple) {
            // From here on: a token in the part of the log that was replayed may long have ended.
            state.auth().addListener(simple);
            threads.repeat(timer, Duration.ofSeconds(1), simple::expire);
        }
        publish(config, identity, state, replicator);
        threads.repeat(timer, Duration.ofMillis(500), () -> replicator.expire(System.nanoTime()));
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

        BooleanSupplier leaderKnown = () -> raft.leadership().hasLeader();
        WatchService watches = keep(
                parts,
                new WatchService(new WatchService.Parts(
                        hub,
                        headers,
                        WatchAccess.of(access),
                        LeaderMonitor.start(leaderKnown, timer, config.electionTimeout()),
                        shared,
                        timer,
                        config.watchProgressInterval(),
                        Services.maxMessageBytes(config))));
        state.auth().addListener(new AuthListener() {
            @Override
            public void published(AuthState auth) {
                watches.recheck();
            }
        });
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
                        loopback),
                List.of(watches.definition()));
        Health health = new Health(state, raft, gate);
        Gateway gateway = new Gateway(loopback, Services.maxMessageBytes(config), Services.transportLimitBytes(config));
        GrpcServer grpc = keep(
                parts,
                GrpcServer.start(
                        new GrpcServer.Settings(
                                threads.prefix(),
                                config.clientAddresses(),
                                inProcessName,
                                config.eventLoops(),
                                Services.transportLimitBytes(config),
                                config.maxConcurrentStreams(),
                                config.keepAlive(),
                                config.reusePort()),
                        services,
                        new HttpEndpoint(health, health, config.http(), gateway::newHandler)));
        return new RunningMember(parts, grpc, inProcessName);
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static Identity identityOf(ServerConfig config, DataDirectory data) throws StartException {
        if (data.isFounded()) {
            return Identity.read(data);
        }
        if (config.joinExisting()) {
            throw new StartException("joining an existing cluster is not served yet: use --initial-cluster-state=new");
        }
        List<Long> memberIds = config.initialCluster().peerUrlsByName().values().stream()
                .map(urls -> ClusterIds.ofInitialMember(
                        texts(urls), config.initialCluster().token()))
                .toList();
        long mine = ClusterIds.ofInitialMember(
                texts(config.advertisePeerUrls()), config.initialCluster().token());
        Identity identity = new Identity(ClusterIds.ofCluster(memberIds), mine);
        identity.write(data);
        return identity;
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

    private static PeerAddress addressOf(long memberId, URI peerUrl) {
        return new PeerAddress(memberId, peerUrl.getHost(), peerUrl.getPort());
    }

    private static RaftConfig raftConfig(ServerConfig config, DataDirectory data, Identity identity, PeerAddress self) {
        return RaftConfig.of("cluster-%x".formatted(identity.clusterId()), self, List.of(self), data.raft())
                .withTimeouts(config.electionTimeout(), config.heartbeatInterval())
                .withSnapshotEvery(config.snapshotEntries(), RAFT_SNAPSHOT_BYTES)
                .withFsync(config.fsync());
    }

    /** Tells the cluster this member's name and client URLs, and agrees on the cluster version (etcd: publishV3). */
    private static void publish(ServerConfig config, Identity identity, StateMachine state, Replicator replicator)
            throws ExecutionException, TimeoutException, InterruptedException, StartException {
        Member me = new Member(
                identity.memberId(),
                config.name(),
                texts(config.advertisePeerUrls()),
                texts(config.advertiseClientUrls()),
                false);
        if (!state.members().members().contains(me)) {
            agreed(replicator.submit(new Command.PublishMember(me)));
        }
        if (!Version.CLUSTER.equals(state.members().clusterVersion())) {
            agreed(replicator.submit(new Command.SetClusterVersion(Version.CLUSTER)));
        }
        LOG.info(
                "published local member to cluster through raft member={} cluster={}",
                "%x".formatted(identity.memberId()),
                "%x".formatted(identity.clusterId()));
    }

    private static void agreed(CompletableFuture<Outcome> outcome)
            throws ExecutionException, TimeoutException, InterruptedException, StartException {
        if (outcome.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS) instanceof Outcome.Rejected rejected) {
            throw new StartException(
                    "cannot publish this member: " + rejected.error().text());
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
