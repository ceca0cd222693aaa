package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.raft.CounterMachine.Add;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sole voter. */
@Timeout(60)
class RaftNodeTest {

    @TempDir
    Path dir;

    private final Queue<String> fatal = new ConcurrentLinkedQueue<>();

    private RaftConfig config() {
        return RaftConfig.of("test", 1, List.of(1L), dir).withSegmentBytes(1 << 20);
    }

    private RaftNode start(ReplicatedStateMachine machine) throws Exception {
        return start(config(), machine);
    }

    private RaftNode start(RaftConfig config, ReplicatedStateMachine machine) throws Exception {
        RaftNode node = RaftNode.start(config, machine, (what, cause) -> fatal.add(what));
        node.awaitReady().get(10, TimeUnit.SECONDS);
        return node;
    }

    private static long add(RaftNode node, long number) throws Exception {
        Add add = new Add(number);
        node.propose(add);
        return add.sum.get(10, TimeUnit.SECONDS);
    }

    private static void addMany(RaftNode node, int entries, int bytes) throws Exception {
        List<Add> adds = new ArrayList<>();
        for (int i = 1; i <= entries; i++) {
            Add add = new Add(i, bytes);
            adds.add(add);
            node.propose(add);
        }
        for (Add add : adds) {
            add.sum.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void appliesEachEntryExactlyOnceAlsoAcrossRestarts() throws Exception {
        CounterMachine kept = new CounterMachine();
        try (RaftNode node = start(kept)) {
            addMany(node, 10_000, Long.BYTES);
        }
        assertThat(kept.sum()).isEqualTo(50_005_000);
        try (RaftNode node = start(kept)) {
            assertThat(add(node, 1)).isEqualTo(50_005_001);
        }
        CounterMachine replayed = new CounterMachine();
        try (RaftNode node = start(replayed)) {
            assertThat(node.leadership().ready()).isTrue();
            assertThat(replayed.sum()).isEqualTo(50_005_001);
            assertThat(replayed.count()).isEqualTo(10_001);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void isReadyOnlyWithAllOfItsLogApplied() throws Exception {
        for (int i = 1; i <= 20; i++) {
            // Has lost its state each time: all of the log must be in it before a read is answered.
            CounterMachine replayed = new CounterMachine();
            try (RaftNode node = start(replayed)) {
                CompletableFuture<Long> seen = new CompletableFuture<>();
                node.reads().pass(() -> seen.complete(replayed.count()), seen::completeExceptionally);
                assertThat(seen).as("answered at once").isDone();
                assertThat(seen.get()).isEqualTo(100L * (i - 1));
                addMany(node, 100, Long.BYTES);
            }
        }
    }

    @Test
    void makesReadsWaitUntilItIsReady() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CounterMachine slow = new CounterMachine() {
            @Override
            public void apply(List<CommittedEntry> batch) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.apply(batch);
            }
        };
        try (RaftNode node = start(new CounterMachine())) {
            addMany(node, 100, Long.BYTES);
        }
        try (RaftNode node = RaftNode.start(config(), slow, (what, cause) -> fatal.add(what))) {
            CompletableFuture<Long> seen = new CompletableFuture<>();
            node.reads().pass(() -> seen.complete(slow.count()), seen::completeExceptionally);
            assertThat(seen).isNotDone();
            goOn.countDown();
            assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo(100);
        }
    }

    @Test
    void tellsTermsAndIndexes() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            add(node, 1);
            assertThat(node.leadership()).isEqualTo(new Leadership(1, 1, true, true));
            LocalGroup.eventually("applied", () -> node.appliedIndex() == node.lastLogIndex());
            assertThat(node.lastLogIndex()).isEqualTo(machine.appliedIndex()).isEqualTo(node.committedIndex());
            assertThat(machine.appliedTerm()).isEqualTo(1);
        }
        try (RaftNode node = start(machine)) {
            assertThat(node.leadership().term()).isEqualTo(2);
            add(node, 1);
            assertThat(machine.appliedTerm()).isEqualTo(2);
        }
    }

    @Test
    void stopsForGoodWhenApplyFails() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            add(node, 1);
            machine.failAt = machine.appliedIndex() + 1;
            Add failing = new Add(2);
            node.propose(failing);
            assertThatThrownBy(() -> failing.sum.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(RaftException.OutcomeUnknown.class);
            assertThat(fatal).hasSize(1);
            assertThat(node.leadership().ready()).isFalse();
            assertThatThrownBy(() -> add(node, 3)).cause().isInstanceOf(RaftException.Refused.class);
            CompletableFuture<Long> read = new CompletableFuture<>();
            node.reads().pass(() -> read.complete(0L), read::completeExceptionally);
            assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(RaftException.Refused.class);
            assertThat(machine.sum()).isEqualTo(1);
        }
        machine.failAt = Long.MAX_VALUE;
        fatal.clear();
        try (RaftNode node = start(machine)) {
            assertThat(add(node, 10))
                    .as("the entry that failed is still in the log")
                    .isEqualTo(13);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void refusesMoreBytesThanMayBeOnTheirWay() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CounterMachine slow = new CounterMachine() {
            @Override
            public void apply(List<CommittedEntry> batch) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.apply(batch);
            }
        };
        try (RaftNode node = start(config().withMaxInFlightBytes(1000), slow)) {
            List<Add> adds = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Add add = new Add(1, 100);
                adds.add(add);
                node.propose(add);
            }
            goOn.countDown();
            int refused = 0;
            for (Add add : adds) {
                try {
                    add.sum.get(10, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(RaftException.Refused.class)
                            .hasMessageContaining("too many requests");
                    refused++;
                }
            }
            // The rest are those that were on their way and those that the apply thread had taken by then.
            assertThat(refused).isPositive();
            assertThat(add(node, 1)).as("there is room again").isEqualTo(101 - refused);
        }
    }

    @Test
    void takesAnEntryLargerThanASegment() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            addMany(node, 3, 3 << 20);
            addMany(node, 100, 10);
        }
        CounterMachine replayed = new CounterMachine();
        try (RaftNode node = start(replayed)) {
            assertThat(replayed.sum()).isEqualTo(machine.sum());
            assertThat(node.leadership().ready()).isTrue();
        }
    }

    @Test
    void refusesAnEmptyEntry() throws Exception {
        try (RaftNode node = start(new CounterMachine())) {
            Proposal empty = new Add(1) {
                @Override
                public ByteBuffer data() {
                    return ByteBuffer.allocate(0);
                }
            };
            assertThatThrownBy(() -> node.propose(empty)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void appendsInTheExpectedTermOnly() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            Add late = new Add(5) {
                @Override
                public long expectedTerm() {
                    return node.leadership().term() + 1;
                }
            };
            node.propose(late);
            assertThatThrownBy(() -> late.sum.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            assertThat(add(node, 1)).isEqualTo(1);
        }
    }

    @Test
    void takesSnapshotsByNumberOfEntriesAndShortensTheLog() throws Exception {
        CounterMachine machine = new CounterMachine();
        RaftConfig often = config().withSnapshotEvery(500, 0).withSegmentBytes(64 << 10);
        try (RaftNode node = start(often, machine)) {
            for (int i = 0; i < 20; i++) {
                addMany(node, 400, 50);
            }
            node.snapshotNow().get(10, TimeUnit.SECONDS);
            addMany(node, 1, 50);
            // The entries since the snapshot before are kept for members that lag a little.
            node.snapshotNow().get(10, TimeUnit.SECONDS);
            LocalGroup.eventually("a short log", () -> files(dir.resolve("log"), ".log") <= 4);
        }
        try (Stream<Path> snapshots = Files.list(dir.resolve("snapshot"))) {
            assertThat(snapshots).hasSize(1);
        }
        CounterMachine restored = new CounterMachine();
        try (RaftNode node = start(often, restored)) {
            assertThat(node.leadership().ready()).isTrue();
            assertThat(restored.loads).hasValue(1);
            assertThat(restored.count()).isEqualTo(8001);
            assertThat(restored.sum()).isEqualTo(machine.sum());
        }
        assertThat(fatal).isEmpty();
    }

    private static long files(Path dir, String suffix) {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(suffix)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void keepsAStateThatIsAheadOfTheSnapshot() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            addMany(node, 100, 10);
            node.snapshotNow().get(10, TimeUnit.SECONDS);
            addMany(node, 100, 10);
        }
        try (RaftNode node = start(machine)) {
            assertThat(add(node, 0)).isEqualTo(10_100);
            assertThat(machine.loads).hasValue(0);
        }
    }

    @Test
    void takesOneSnapshotAfterTheOther() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(machine)) {
            List<CompletableFuture<Void>> snapshots = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                addMany(node, 10, 10);
                snapshots.add(node.snapshotNow());
            }
            CompletableFuture.allOf(snapshots.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void stopsWhenTheStateCannotBeSaved() throws Exception {
        CounterMachine machine = new CounterMachine() {
            @Override
            public SnapshotWork save(Path to) {
                return () -> {
                    throw new IOException("told to fail");
                };
            }
        };
        try (RaftNode node = start(machine)) {
            addMany(node, 10, 10);
            assertThatThrownBy(() -> node.snapshotNow().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
            assertThat(fatal).hasSize(1);
            assertThatThrownBy(() -> add(node, 3)).cause().isInstanceOf(RaftException.class);
        }
    }

    @Test
    void keepsAllThatWasAcknowledgedWhenItIsKilled() throws Exception {
        Path killed = dir.resolve("killed");
        CounterMachine machine = new CounterMachine();
        // Large enough that no file is made while the test looks at them.
        try (RaftNode node = start(config().withSegmentBytes(8 << 20), machine)) {
            for (int i = 1; i <= 10; i++) {
                addMany(node, 100, 50);
                if (i % 4 == 0) {
                    node.snapshotNow().get(10, TimeUnit.SECONDS);
                }
                // Nothing is stopped: these are the files as they are at this moment.
                copy(dir, killed.resolve(String.valueOf(i)));
            }
        }
        for (int i = 1; i <= 10; i++) {
            CounterMachine replayed = new CounterMachine();
            RaftConfig config = config();
            try (RaftNode node = RaftNode.start(
                    RaftConfig.of("killed", config.memberId(), config.voters(), killed.resolve(String.valueOf(i))),
                    replayed,
                    (what, cause) -> fatal.add(what))) {
                node.awaitReady().get(10, TimeUnit.SECONDS);
                assertThat(replayed.count()).isEqualTo(100L * i);
                assertThat(add(node, 1)).isEqualTo(5050L * i + 1);
            }
        }
        assertThat(fatal).isEmpty();
    }

    /** While the log goes on: what says how far it was durable is copied before it, else it could say too much. */
    private static void copy(Path from, Path to) throws IOException {
        for (String part : List.of("log", "meta", "snapshot")) {
            try (Stream<Path> files = Files.walk(from.resolve(part))) {
                Comparator<Path> segmentsLast =
                        Comparator.comparing(file -> file.toString().endsWith(".log"));
                for (Path file : (Iterable<Path>) files.sorted(segmentsLast)::iterator) {
                    Path target = to.resolve(from.relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }

    @Test
    void refusesASecondMemberInItsDirectory() throws Exception {
        try (RaftNode node = start(new CounterMachine())) {
            assertThatThrownBy(() -> start(config(), new CounterMachine()))
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("another member");
            assertThat(add(node, 1)).isEqualTo(1);
        }
    }

    @Test
    void failsWhatIsProposedToAClosedMember() throws Exception {
        RaftNode node = start(new CounterMachine());
        node.close();
        node.close();
        assertThatThrownBy(() -> add(node, 1)).cause().isInstanceOf(RaftException.Refused.class);
        CompletableFuture<Long> read = new CompletableFuture<>();
        node.reads().pass(() -> read.complete(0L), read::completeExceptionally);
        assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(RaftException.Refused.class);
        assertThat(fatal).isEmpty();
    }

    @Test
    void answersEveryProposalOfAMemberThatStops() throws Exception {
        RaftNode node = start(new CounterMachine());
        List<Add> adds = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            Add add = new Add(1);
            adds.add(add);
            node.propose(add);
        }
        node.close();
        for (Add add : adds) {
            try {
                add.sum.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(RaftException.class);
            }
        }
    }

    @Test
    void runsWithoutFsync() throws Exception {
        CounterMachine machine = new CounterMachine();
        try (RaftNode node = start(config().withFsync(false), machine)) {
            addMany(node, 100, 10);
            node.snapshotNow().get(10, TimeUnit.SECONDS);
        }
        try (RaftNode node = start(config(), new CounterMachine())) {
            assertThat(add(node, 0)).isEqualTo(5050);
        }
    }
}
