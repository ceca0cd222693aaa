package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.raft.CounterMachine.Add;
import io.metastore.raft.log.LogOptions;
import io.metastore.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member whose files are damaged, or do not belong together, does not start, and says why. */
@Timeout(60)
class RaftStartTest {

    @TempDir
    Path temp;

    private final CounterMachine machine = new CounterMachine();

    private RaftConfig config(Path dir) {
        return RaftConfig.of("start", 1, List.of(1L), dir)
                .withSegmentBytes(1 << 20)
                .withTransport(new InProcessNetwork());
    }

    private Path dir() {
        return temp.resolve("member");
    }

    private RaftNode start(ReplicatedStateMachine state) throws Exception {
        RaftNode node = RaftNode.start(config(dir()), state, (what, cause) -> {});
        node.awaitReady().get(10, TimeUnit.SECONDS);
        return node;
    }

    private void runOnce(int entries, boolean snapshot) throws Exception {
        try (RaftNode node = start(machine)) {
            for (int i = 0; i < entries; i++) {
                Add add = new Add(1);
                node.propose(add);
                add.sum.get(10, TimeUnit.SECONDS);
            }
            if (snapshot) {
                node.snapshotNow().get(10, TimeUnit.SECONDS);
            }
        }
    }

    private void assertRefused(ReplicatedStateMachine state, String... messages) {
        assertThatThrownBy(() -> start(state).close())
                .isInstanceOf(RaftStartException.class)
                .hasMessageContainingAll(messages);
        // Nothing is left behind that would refuse it the next time.
        assertThatThrownBy(() -> start(state).close())
                .isInstanceOf(RaftStartException.class)
                .hasMessageContainingAll(messages);
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> all = Files.walk(path).sorted(Comparator.reverseOrder())) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Files.delete(each);
            }
        }
    }

    private Path only(String part, String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(dir().resolve(part))) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1)).rewind();
            channel.write(one, offset);
        }
    }

    @Test
    void refusesWithoutItsLog() throws Exception {
        runOnce(10, false);
        delete(dir().resolve("log"));
        assertRefused(machine, "raft log is missing");
        assertRefused(new CounterMachine(), "raft log is missing");
    }

    @Test
    void refusesAStateFromAnotherLog() throws Exception {
        runOnce(10, false);
        delete(dir());
        assertRefused(machine, "raft log is missing");
    }

    @Test
    void refusesAStateThatIsAheadOfTheLog() throws Exception {
        runOnce(10, false);
        machine.appliedEmpty(machine.appliedIndex() + 10, machine.appliedTerm());
        assertRefused(machine, "the state holds entries up to", "remove this member");
    }

    @Test
    void refusesAStateOfAnotherTerm() throws Exception {
        runOnce(10, false);
        machine.appliedEmpty(machine.appliedIndex(), machine.appliedTerm() + 1);
        assertRefused(machine, "of term");
    }

    @Test
    void refusesWithoutItsVote() throws Exception {
        runOnce(10, false);
        delete(dir().resolve("meta"));
        assertRefused(machine, "no raft meta data");
    }

    @Test
    void refusesAVoteOlderThanItsLog() throws Exception {
        runOnce(10, false);
        Path meta = only("meta", "vote");
        Path old = temp.resolve("old");
        Files.copy(meta, old);
        runOnce(10, false);
        Files.delete(meta);
        Files.copy(old, meta);
        assertRefused(machine, "raft meta data", "is of term 1");
    }

    @Test
    void refusesAChangedVote() throws Exception {
        runOnce(10, false);
        Path vote = only("meta", "vote");
        byte[] whole = Files.readAllBytes(vote);
        for (int offset = 0; offset < whole.length; offset++) {
            flip(vote, offset);
            assertRefused(machine, "raft meta data is damaged");
            Files.write(vote, whole);
        }
        Files.write(vote, new byte[0]);
        assertRefused(machine, "raft meta data is damaged");
    }

    @Test
    void refusesADamagedLog() throws Exception {
        runOnce(10, false);
        flip(only("log", ".log"), 4200);
        assertRefused(machine, "raft log is damaged", "offset");
    }

    @Test
    void refusesALogThatBeginsAfterTheSnapshot() throws Exception {
        RaftConfig often = config(dir()).withSegmentBytes(32 << 10).withSnapshotEvery(100, 0);
        try (RaftNode node = RaftNode.start(often, machine, (what, cause) -> {})) {
            node.awaitReady().get(10, TimeUnit.SECONDS);
            for (int i = 0; i < 1000; i++) {
                Add add = new Add(1, 200);
                node.propose(add);
                add.sum.get(10, TimeUnit.SECONDS);
            }
            node.snapshotNow().get(10, TimeUnit.SECONDS);
        }
        delete(dir().resolve("snapshot"));
        assertRefused(machine, "begins with entry", "newest snapshot ends with entry 0");
    }

    @Test
    void refusesASnapshotWithoutAFile() throws Exception {
        runOnce(10, true);
        Files.delete(only("snapshot", "counter"));
        assertRefused(machine, "counter is missing");
        assertRefused(new CounterMachine(), "counter is missing");
    }

    @Test
    void refusesAShortenedSnapshot() throws Exception {
        runOnce(10, true);
        Files.writeString(only("snapshot", "counter"), "");
        assertRefused(machine, "instead of");
    }

    @Test
    void refusesToLoadAChangedSnapshot() throws Exception {
        runOnce(10, true);
        flip(only("snapshot", "counter"), 0);
        assertRefused(new CounterMachine(), "checksum");
        try (RaftNode node = start(machine)) {
            assertThat(node.leadership().ready())
                    .as("a state that does not need the snapshot's content")
                    .isTrue();
        }
    }

    @Test
    void refusesASnapshotWithMoreFilesThanItHad() throws Exception {
        runOnce(10, true);
        Files.writeString(only("snapshot", "counter").resolveSibling("another"), "x");
        assertRefused(machine, "does not belong to it");
    }

    @Test
    void refusesAChangedManifest() throws Exception {
        runOnce(10, true);
        Path manifest = only("snapshot", "manifest");
        byte[] whole = Files.readAllBytes(manifest);
        for (int offset = 0; offset < whole.length; offset += 7) {
            flip(manifest, offset);
            assertThatThrownBy(() -> start(machine).close())
                    .as("flip at %d", offset)
                    .isInstanceOf(RaftStartException.class)
                    .hasMessageContaining("manifest");
            Files.write(manifest, whole);
        }
    }

    @Test
    void startsAfterACrashWithinItsFirstStart() throws Exception {
        runOnce(0, false);
        // The log is there before the vote, and holds nothing yet.
        Path first = temp.resolve("first");
        Files.createDirectories(first);
        try (var log = SegmentedLog.open(first.resolve("log"), LogOptions.DEFAULT, false)) {
            assertThat(log.lastIndex()).isZero();
        }
        try (RaftNode node = RaftNode.start(config(first), new CounterMachine(), (what, cause) -> {})) {
            node.awaitReady().get(10, TimeUnit.SECONDS);
            assertThat(node.leadership().ready()).isTrue();
        }
    }

    @Test
    void ignoresASnapshotThatWasNotFinished() throws Exception {
        runOnce(10, true);
        Files.createDirectories(dir().resolve("snapshot").resolve("temp").resolve("state"));
        Files.writeString(
                dir().resolve("snapshot").resolve("temp").resolve("state").resolve("x"), "x");
        CounterMachine restored = new CounterMachine();
        try (RaftNode node = start(restored)) {
            assertThat(node.leadership().ready()).isTrue();
            assertThat(restored.sum()).isEqualTo(10);
        }
    }
}
