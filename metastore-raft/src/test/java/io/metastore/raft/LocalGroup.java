package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.raft.CounterMachine.Add;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Members of one group in one JVM, each with a counter that survives its restarts. */
final class LocalGroup implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    final InProcessNetwork network = new InProcessNetwork();
    final Queue<String> fatal = new ConcurrentLinkedQueue<>();
    private final Path dir;
    private final List<Long> ids = new ArrayList<>();
    private final Map<Long, CounterMachine> machines = new TreeMap<>();
    private final Map<Long, RaftNode> nodes = new TreeMap<>();
    long snapshotEvery;
    long acknowledged;
    long unknown;

    LocalGroup(Path dir, int members) {
        this.dir = dir;
        for (int id = 1; id <= members; id++) {
            ids.add((long) id);
            machines.put((long) id, new CounterMachine());
        }
    }

    RaftConfig config(long id) {
        return RaftConfig.of("local", id, ids, dirOf(id))
                .withTransport(network)
                .withSegmentBytes(256 << 10)
                .withTimeouts(Duration.ofMillis(500), Duration.ofMillis(50))
                .withReadTimeout(Duration.ofSeconds(1))
                .withSnapshotEvery(snapshotEvery, 0)
                .withSnapshotBytesPerSecond(RaftConfig.MIN_SNAPSHOT_RATE);
    }

    Path dirOf(long id) {
        return dir.resolve("member" + id);
    }

    LocalGroup startAll() throws RaftStartException {
        for (long id : machines.keySet()) {
            start(id);
        }
        return this;
    }

    RaftNode start(long id) throws RaftStartException {
        RaftNode node = RaftNode.start(config(id), machine(id), (what, cause) -> fatal.add(id + ": " + what));
        nodes.put(id, node);
        return node;
    }

    void stop(long id) {
        nodes.remove(id).close();
    }

    CounterMachine machine(long id) {
        return machines.get(id);
    }

    void forget(long id) {
        machines.put(id, new CounterMachine());
    }

    RaftNode node(long id) {
        return nodes.get(id);
    }

    Map<Long, RaftNode> running() {
        return nodes;
    }

    /** The running member that leads and that all others follow. */
    long awaitLeader() {
        long[] leader = new long[1];
        eventually("a leader that all follow", () -> {
            List<Long> leaders = nodes.values().stream()
                    .map(node -> node.leadership().leaderMemberId())
                    .distinct()
                    .toList();
            leader[0] = leaders.get(0);
            RaftNode node = nodes.get(leader[0]);
            return leaders.size() == 1 && node != null && node.leadership().ready();
        });
        return leader[0];
    }

    long awaitFollower() {
        long leader = awaitLeader();
        return nodes.keySet().stream().filter(id -> id != leader).findFirst().orElseThrow();
    }

    /** Adds {@code number} wherever it can, and waits for the sum. */
    long add(long number) throws Exception {
        return add(awaitLeader(), number);
    }

    long add(long member, long number) throws Exception {
        Add add = new Add(number);
        node(member).propose(add);
        long sum = add.sum.get(20, TimeUnit.SECONDS);
        acknowledged += number;
        return sum;
    }

    /** Has {@code entries} ones added. Where the outcome of one stays unknown, another is tried. */
    void addMany(int entries) throws Exception {
        int missing = entries;
        while (missing > 0) {
            RaftNode leader = node(awaitLeader());
            List<Add> adds = new ArrayList<>();
            for (int i = 0; i < missing; i++) {
                Add add = new Add(1);
                adds.add(add);
                leader.propose(add);
            }
            for (Add add : adds) {
                try {
                    add.sum.get(20, TimeUnit.SECONDS);
                    acknowledged++;
                    missing--;
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof RaftException.Refused)) {
                        unknown++;
                    }
                }
            }
        }
    }

    /** Waits until all running members hold the same: all that was acknowledged, once, and nothing that never was. */
    void awaitAgreement() throws Exception {
        addMany(1);
        eventually("agreement", () -> {
            List<Long> sums = nodes.keySet().stream()
                    .map(id -> machine(id).sum())
                    .distinct()
                    .toList();
            return sums.size() == 1 && sums.get(0) >= acknowledged;
        });
        assertThat(machine(awaitLeader()).sum()).isBetween(acknowledged, acknowledged + unknown);
    }

    /** The sum as a linearizable read at {@code member} sees it. */
    CompletableFuture<Long> read(long member) {
        CompletableFuture<Long> sum = new CompletableFuture<>();
        node(member).reads().pass(() -> sum.complete(machine(member).sum()), sum::completeExceptionally);
        return sum;
    }

    static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        network.cut((from, to) -> false);
        nodes.values().forEach(RaftNode::close);
    }
}
