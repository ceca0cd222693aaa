package io.metastore.server.process;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.EventLog;
import io.metastore.server.process.history.RevisionChecker;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.WatchChecker;
import io.metastore.server.process.history.WatchRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Load, crash in the middle of it, restart, look at what is left; again and again on the same data. What the clients were
 * told, what watchers saw, what the store holds and its hash must be one and the same history.
 *
 * <p>The event log is read from the server's history after each restart, from where the last reading ended; so an event that
 * a watcher saw before the crash and that is gone after it stands out, too.
 */
final class CrashLoop {

    private static final int CLIENTS = 8;
    private static final int WATCHERS = 4;
    /** At most so many answers, or so much time, between a start and the next crash. */
    private static final int CALLS_PER_LIFE = 1_500;

    private static final Duration LIFE_BOUND = Duration.ofSeconds(3);
    private static final LoadClient.Manner MANNER = new LoadClient.Manner(Duration.ofSeconds(20), Duration.ZERO, false);
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    private final ProcessMember member;
    private final Crash crash;
    private final Random random;
    private final long seed;
    private final boolean compacting;
    private final List<Call> calls = new ArrayList<>();
    private final EventLog log = new EventLog();
    private final List<WatchRecord> watches = new ArrayList<>();
    private long compacted = -1;
    private int epoch;

    /** What happens to the member. */
    @FunctionalInterface
    interface Crash {
        /** Ends it in the middle of its work, and puts the data back to where a restart finds it. */
        void now();

        /** Called before the load begins. */
        default void prepare() {}
    }

    CrashLoop(ProcessMember member, long seed, boolean compacting, Crash crash) {
        this.member = member;
        this.seed = seed;
        this.random = new Random(seed);
        this.compacting = compacting;
        this.crash = crash;
    }

    /** Runs so many crashes on a member that is up and empty, and leaves it up. Answers what was found to be broken. */
    List<Violation> run(int crashes) {
        grantLeases();
        for (int i = 0; i < crashes; i++) {
            epoch++;
            crash.prepare();
            underLoad();
            member.start();
            List<Violation> violations = look();
            if (!violations.isEmpty()) {
                return violations;
            }
        }
        List<Violation> violations = new ArrayList<>(RevisionChecker.check(calls, log));
        for (WatchRecord watch : watches) {
            violations.addAll(WatchChecker.check(watch, log));
        }
        return violations;
    }

    String summary() {
        long acknowledged =
                calls.stream().filter(call -> call.outcome() == Outcome.OK).count();
        long unknown =
                calls.stream().filter(call -> call.outcome() == Outcome.UNKNOWN).count();
        long events = watches.stream()
                .flatMap(watch -> watch.responses().stream())
                .mapToLong(WatchResponse::getEventsCount)
                .sum();
        return "seed %d: %d crashes, %d calls answered, %d without answer, %d revisions, %d watches with %d events, compacted %d"
                .formatted(seed, epoch, acknowledged, unknown, log.lastRevision(), watches.size(), events, compacted);
    }

    private void grantLeases() {
        ManagedChannel channel = member.channel();
        for (int id = 1; id <= Workload.LEASES; id++) {
            LeaseGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(id)
                            .setTTL(1_000_000)
                            .build());
        }
        channel.shutdownNow();
    }

    private void underLoad() {
        List<ManagedChannel> channels = new ArrayList<>();
        List<LoadClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<RecordedWatch> live = new ArrayList<>();
        LongAdder answered = new LongAdder();
        for (int i = 0; i < WATCHERS; i++) {
            channels.add(member.channel());
            live.add(RecordedWatch.start(channels.get(i), anyWatch()));
        }
        for (int i = 0; i < CLIENTS; i++) {
            ManagedChannel channel = member.channel();
            channels.add(channel);
            Workload workload = new Workload(random.nextLong(), i);
            int life = epoch;
            LoadClient client = new LoadClient(
                    i, life + "-" + i, () -> life, channel, workload::next, call -> answered.increment(), MANNER);
            clients.add(client);
            threads.add(new Thread(client, "load-" + i));
        }
        threads.forEach(Thread::start);
        long enough = random.nextInt(4) == 0 ? random.nextInt(30) : random.nextInt(CALLS_PER_LIFE);
        Eventually.holds(LIFE_BOUND, () -> answered.sum() >= enough);
        letThemWork(Duration.ofMillis(random.nextInt(20)));
        if (compacting && random.nextBoolean()) {
            compact(channels.get(0));
            letThemWork(Duration.ofMillis(random.nextInt(60)));
        }
        crash.now();
        clients.forEach(LoadClient::stop);
        threads.forEach(CrashLoop::join);
        clients.forEach(client -> calls.addAll(client.calls()));
        live.forEach(watch -> watches.add(watch.record(0)));
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** The load itself takes this time; there is nothing else to wait for. */
    private static void letThemWork(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Eventually.holds(time, () -> System.nanoTime() - end > 0);
    }

    /** Up to what is known already: the log must be read before it is erased. */
    private void compact(ManagedChannel channel) {
        if (log.lastRevision() > Math.max(1, compacted)) {
            // Whether the answer comes or not, the revision is compacted or it is not; look() finds out.
            long to = compacted + 1 + (long) (random.nextDouble() * (log.lastRevision() - compacted));
            KVGrpc.newFutureStub(channel)
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(Math.max(1, Math.min(to, log.lastRevision())))
                            .build())
                    .addListener(() -> {}, Runnable::run);
        }
    }

    private WatchCreateRequest anyWatch() {
        long oldest = Math.max(2, compacted + 1);
        long start = random.nextBoolean() ? 0 : Math.max(oldest, log.lastRevision() - 200 + random.nextInt(220));
        return WatchCreateRequest.newBuilder()
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setStartRevision(start)
                .build();
    }

    /** Reads on where the log ended, and compares with it what the store says of itself. */
    private List<Violation> look() {
        ManagedChannel channel = member.channel();
        try {
            long revision = KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder().setKey(ZERO).build())
                    .getHeader()
                    .getRevision();
            if (revision < newestAnswered()) {
                return List.of(new Violation(
                        Violation.Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                        "the revision is %d after crash %d; answered was %d"
                                .formatted(revision, epoch, newestAnswered())));
            }
            readLog(channel, revision);
            StateComparison comparison = new StateComparison("after crash " + epoch, channel, log);
            List<Violation> violations = comparison.compare(Workload.leases());
            compacted = comparison.compactRevision();
            return violations;
        } finally {
            channel.shutdownNow();
        }
    }

    private long newestAnswered() {
        return calls.stream()
                .filter(call -> call.response() != null)
                .mapToLong(CrashLoop::revisionOf)
                .max()
                .orElse(1);
    }

    private void readLog(ManagedChannel channel, long revision) {
        if (revision == log.lastRevision()) {
            return;
        }
        RecordedWatch history = RecordedWatch.start(
                channel,
                WatchCreateRequest.newBuilder()
                        .setKey(ZERO)
                        .setRangeEnd(ZERO)
                        .setStartRevision(log.lastRevision() + 1)
                        .build());
        history.awaitRevision(revision, BOUND);
        history.close();
        history.responses().stream()
                .flatMap(response -> response.getEventsList().stream())
                .filter(event -> event.getKv().getModRevision() <= revision)
                .forEach(log::add);
    }

    private static long revisionOf(Call call) {
        var response = call.response();
        var header = response.getDescriptorForType().findFieldByName("header");
        return ((io.metastore.api.rpc.ResponseHeader) response.getField(header)).getRevision();
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
