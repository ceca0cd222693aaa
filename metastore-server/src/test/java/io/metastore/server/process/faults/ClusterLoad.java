package io.metastore.server.process.faults;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.LoadClient;
import io.metastore.server.process.ProcessCluster;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.RecordedWatch;
import io.metastore.server.process.Workload;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.LeaseUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Clients and watchers on all members, from {@link #start} to {@link #stop}. A client talks to one member only. One thread
 * keeps the watches open, starts others here and there, and compacts what all members have told.
 */
final class ClusterLoad implements AutoCloseable {

    private static final int CLIENTS_PER_MEMBER = 3;
    private static final int SHORT_WATCHES = 60;
    private static final LoadClient.Manner MANNER =
            new LoadClient.Manner(Duration.ofSeconds(3), Duration.ofMillis(4), true);
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final long HOUSEKEEPING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Random random;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<ManagedChannel> watchChannels = new ArrayList<>();
    private final List<LoadClient> clients = new ArrayList<>();
    private final List<LoadClient> leasePuts = new ArrayList<>();
    /** Of the faults' own; called by the thread that injects them. */
    private final List<LoadClient> probes = new ArrayList<>();

    private final List<LeaseClient> leaseClients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<ResumingWatch> watches = new ArrayList<>();
    private final List<RecordedWatch> shortWatches = new ArrayList<>();
    private final AtomicLongArray acknowledgedWrites;
    /** How often each member was started anew, which tells its lives apart. */
    private final AtomicIntegerArray lives;

    private final Leadership leadership;
    private volatile boolean over;

    ClusterLoad(ProcessCluster cluster, long seed, boolean leases) {
        this.random = new Random(seed);
        int size = cluster.members().size();
        acknowledgedWrites = new AtomicLongArray(size);
        lives = new AtomicIntegerArray(size);
        cluster.members().stream().map(ProcessMember::channel).forEach(channels::add);
        cluster.members().stream().map(ProcessMember::channel).forEach(watchChannels::add);
        leadership = new Leadership(channels);
        for (int i = 0; i < size; i++) {
            probes.add(onDemand(size * (CLIENTS_PER_MEMBER + 1) + i, "probe" + i, i));
        }
        for (int i = 0; leases && i < size; i++) {
            LoadClient puts = onDemand(size * CLIENTS_PER_MEMBER + i, "lease" + i, i);
            leasePuts.add(puts);
            LeaseClient client = new LeaseClient(i, random.nextLong(), channels, puts);
            leaseClients.add(client);
            threads.add(new Thread(client, "lease-" + i));
        }
        RegisterWorkload.Era era = new RegisterWorkload.Era();
        for (int i = 0; i < size * CLIENTS_PER_MEMBER; i++) {
            int member = i % size;
            Workload mixed = new Workload(random.nextLong(), i);
            RegisterWorkload registers = new RegisterWorkload(random.nextLong(), i, era);
            Random choice = new Random(random.nextLong());
            LoadClient client = new LoadClient(
                    i,
                    "c" + i,
                    () -> lives.get(member) * size + member,
                    channels.get(member),
                    id -> choice.nextInt(3) == 0 ? mixed.next(id) : registers.next(id),
                    call -> count(member, call),
                    MANNER);
            clients.add(client);
            threads.add(new Thread(client, "load-" + i));
        }
        threads.add(new Thread(this::keepHouse, "watches"));
    }

    private LoadClient onDemand(int client, String name, int member) {
        return new LoadClient(
                client,
                name,
                () -> lives.get(member) * channels.size() + member,
                channels.get(member),
                id -> {
                    throw new IllegalStateException("does not run by itself");
                },
                call -> {},
                MANNER);
    }

    void start() {
        Workload.leases().forEach(this::grantForever);
        watchChannels.forEach(channel -> watches.add(new ResumingWatch(channel)));
        threads.forEach(Thread::start);
    }

    /** No more calls after this. */
    void stop() {
        clients.forEach(LoadClient::stop);
        leaseClients.forEach(LeaseClient::stop);
        over = true;
        threads.forEach(ClusterLoad::join);
    }

    Leadership leadership() {
        return leadership;
    }

    /** How many calls that changed something, or might have, this member has answered. */
    long acknowledgedWrites(int member) {
        return acknowledgedWrites.get(member);
    }

    /** Waits until members have together acknowledged so many more changes, or the bound has passed. */
    void awaitWrites(long more, Duration bound) {
        long before = allAcknowledgedWrites();
        Eventually.holds(bound, () -> allAcknowledgedWrites() - before >= more);
    }

    private long allAcknowledgedWrites() {
        return IntStream.range(0, acknowledgedWrites.length())
                .mapToLong(acknowledgedWrites::get)
                .sum();
    }

    /** The member was killed: what it says from now on it says in another life. */
    void lostItsMemory(int member) {
        lives.incrementAndGet(member);
    }

    /** Connections are tried at once again, not when gRPC thinks that it is time. */
    void reconnect() {
        channels.forEach(ManagedChannel::resetConnectBackoff);
        watchChannels.forEach(ManagedChannel::resetConnectBackoff);
    }

    /** Does the member answer a read within a second? */
    boolean answers(int member, boolean serializable) {
        try {
            KVGrpc.newBlockingStub(channels.get(member))
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ResumingWatch.ZERO)
                            .setSerializable(serializable)
                            .build());
            return true;
        } catch (StatusRuntimeException noAnswer) {
            return false;
        }
    }

    /** Does the member say of a put that it was not done? */
    boolean refusesWrites(int member) {
        LoadClient probe = probes.get(member);
        String id = "probe%d-%d".formatted(member, probe.calls().size());
        PutRequest put = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("probe/" + member))
                .setValue(ByteString.copyFromUtf8(id + ".0"))
                .build();
        return probe.call(id, put).outcome() == Outcome.FAILED;
    }

    ManagedChannel channel(int member) {
        return channels.get(member);
    }

    /** After {@link #stop}. */
    List<Call> calls() {
        return Stream.of(clients, leasePuts, probes)
                .flatMap(List::stream)
                .flatMap(client -> client.calls().stream())
                .toList();
    }

    /** After {@link #stop}. */
    List<LeaseUse> leases() {
        return leaseClients.stream().flatMap(client -> client.leases().stream()).toList();
    }

    List<ResumingWatch> watches() {
        return watches;
    }

    List<RecordedWatch> shortWatches() {
        return shortWatches;
    }

    @Override
    public void close() {
        over = true;
        clients.forEach(LoadClient::stop);
        leaseClients.forEach(LeaseClient::stop);
        channels.forEach(ManagedChannel::shutdownNow);
        watchChannels.forEach(ManagedChannel::shutdownNow);
    }

    private void count(int member, Call call) {
        if (call.outcome() == Outcome.OK && !(call.request() instanceof RangeRequest)) {
            acknowledgedWrites.incrementAndGet(member);
        }
    }

    private void keepHouse() {
        while (!over) {
            reconnect();
            watches.forEach(ResumingWatch::resume);
            long known = watches.stream()
                    .mapToLong(ResumingWatch::lastRevision)
                    .min()
                    .orElse(1);
            if (random.nextInt(20) == 0 && known > 1) {
                compact(1 + (long) (random.nextDouble() * known));
            }
            if (random.nextInt(10) == 0 && shortWatches.size() < SHORT_WATCHES) {
                shortWatches.add(RecordedWatch.start(
                        watchChannels.get(random.nextInt(watchChannels.size())), AnyWatch.near(known, random)));
            }
            if (shortWatches.size() > 5 && random.nextInt(10) == 0) {
                shortWatches.get(random.nextInt(shortWatches.size())).close();
            }
            LockSupport.parkNanos(HOUSEKEEPING_NANOS);
        }
    }

    /** Never above what all watches have been told: the history must be read before it is erased. */
    private void compact(long revision) {
        KVGrpc.newFutureStub(channels.get(random.nextInt(channels.size())))
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .compact(CompactionRequest.newBuilder().setRevision(revision).build())
                .addListener(() -> {}, Runnable::run);
    }

    private void grantForever(long id) {
        LeaseGrpc.newBlockingStub(channels.get(0))
                .withWaitForReady()
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(id)
                        .setTTL(1_000_000)
                        .build());
    }

    private static void join(Thread thread) {
        try {
            thread.join(BOUND.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError(thread + " does not end");
        }
    }
}
