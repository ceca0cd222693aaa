package io.metastore.server.process;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrpc;
import io.metastore.api.rpc.LeaseTimeToLiveRequest;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.EventLog;
import io.metastore.server.process.history.ModelHash;
import io.metastore.server.process.history.RevisionChecker;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.WatchChecker;
import io.metastore.server.process.history.WatchRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
            LoadClient client = new LoadClient(i, epoch, channel, new Workload(random.nextLong(), i), answered);
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
        List<Violation> violations = new ArrayList<>();
        ManagedChannel channel = member.channel();
        try {
            RangeResponse all = KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ZERO)
                            .setRangeEnd(ZERO)
                            .build());
            long revision = all.getHeader().getRevision();
            if (revision < newestAnswered()) {
                violations.add(new Violation(
                        Violation.Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                        "the revision is %d after crash %d; answered was %d"
                                .formatted(revision, epoch, newestAnswered())));
                return violations;
            }
            readLog(channel, revision);
            compare(all, violations);
            compareHash(channel, violations);
            compareLeases(channel, violations);
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

    private void compare(RangeResponse all, List<Violation> violations) {
        List<KeyValue> expected = new ArrayList<>(alive().values());
        if (!expected.equals(all.getKvsList()) || all.getHeader().getRevision() != log.lastRevision()) {
            violations.add(new Violation(
                    Violation.Rule.ANSWER_IS_TRUE,
                    "after crash %d the store holds %d keys at revision %d, its own history says %d at %d"
                            .formatted(
                                    epoch,
                                    all.getCount(),
                                    all.getHeader().getRevision(),
                                    expected.size(),
                                    log.lastRevision())));
        }
    }

    private Map<ByteString, KeyValue> alive() {
        TreeMap<ByteString, KeyValue> alive = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        log.byRevision()
                .values()
                .forEach(events -> events.forEach(event -> {
                    if (event.getType() == Event.EventType.PUT) {
                        alive.put(event.getKv().getKey(), event.getKv());
                    } else {
                        alive.remove(event.getKv().getKey());
                    }
                }));
        return alive;
    }

    private void compareHash(ManagedChannel channel, List<Violation> violations) {
        HashKVResponse hash = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                .hashKV(HashKVRequest.getDefaultInstance());
        compacted = hash.getCompactRevision();
        int expected = ModelHash.of(log, compacted);
        if (hash.getHash() != expected) {
            violations.add(new Violation(
                    Violation.Rule.ANSWER_IS_TRUE,
                    "after crash %d the hash at revision %d, compacted %d, is %d; replay gives %d"
                            .formatted(
                                    epoch,
                                    hash.getHashRevision(),
                                    compacted,
                                    Integer.toUnsignedLong(hash.getHash()),
                                    Integer.toUnsignedLong(expected))));
        }
    }

    private void compareLeases(ManagedChannel channel, List<Violation> violations) {
        for (int id = 1; id <= Workload.LEASES; id++) {
            long lease = id;
            List<ByteString> attached = LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
                    .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                            .setID(id)
                            .setKeys(true)
                            .build())
                    .getKeysList()
                    .stream()
                    .sorted(ByteString.unsignedLexicographicalComparator())
                    .toList();
            List<ByteString> expected = alive().values().stream()
                    .filter(kv -> kv.getLease() == lease)
                    .map(KeyValue::getKey)
                    .sorted(ByteString.unsignedLexicographicalComparator())
                    .toList();
            if (!attached.equals(expected)) {
                violations.add(new Violation(
                        Violation.Rule.ANSWER_IS_TRUE,
                        "after crash %d lease %d has keys %s, should have %s"
                                .formatted(epoch, id, attached, expected)));
            }
        }
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
