package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.raft.CounterMachine.Add;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SnapshotFilesTest {

    @TempDir
    Path temp;

    /** Saves one file that never changes, as a hard link, like the tables of a store. */
    private final class WithTable extends CounterMachine {

        final Path table = temp.resolve("table");

        @Override
        public SnapshotWork save(Path to) throws IOException {
            Files.createLink(to.resolve("table"), table);
            return super.save(to);
        }
    }

    private static void add(RaftNode node) throws Exception {
        Add add = new Add(1);
        node.propose(add);
        add.sum.get(10, TimeUnit.SECONDS);
    }

    private Path newest() throws IOException {
        return SnapshotFiles.newest(temp.resolve("member").resolve("snapshot")).orElseThrow();
    }

    @Test
    void keepsTheChecksumOfAFileThatTwoSnapshotsShare() throws Exception {
        WithTable machine = new WithTable();
        Files.writeString(machine.table, "unchanging");
        RaftConfig config = RaftConfig.of("snapshot", 1, List.of(1L), temp.resolve("member"))
                .withSegmentBytes(1 << 20);
        try (RaftNode node = RaftNode.start(config, machine, (what, cause) -> {})) {
            node.awaitReady().get(10, TimeUnit.SECONDS);
            add(node);
            node.snapshotNow().get(10, TimeUnit.SECONDS);
            SnapshotManifest first = SnapshotManifest.read(newest());
            assertThat(first.files()).containsOnlyKeys("state/table", "state/parts/counter", "state/empty");

            // The device changes a byte behind everybody's back: the checksum still is that of what was meant.
            Files.writeString(machine.table, "unchanginG");
            add(node);
            node.snapshotNow().get(10, TimeUnit.SECONDS);
            SnapshotManifest second = SnapshotManifest.read(newest());
            assertThat(second.index()).isGreaterThan(first.index());
            assertThat(second.files().get("state/table"))
                    .isEqualTo(first.files().get("state/table"));
            assertThat(second.files().get("state/parts/counter"))
                    .isNotEqualTo(first.files().get("state/parts/counter"));
        }
        try (Stream<Path> all = Files.list(temp.resolve("member").resolve("snapshot"))) {
            assertThat(all).as("only the newest is kept").hasSize(1);
        }
    }

    @Test
    void manifestHoldsWhatWasWritten() throws Exception {
        SnapshotManifest written = new SnapshotManifest(
                1234,
                7,
                Map.of(
                        "state/a", new SnapshotManifest.Content(5, -1),
                        "state/b c/d", new SnapshotManifest.Content(1L << 40, 17)));
        written.write(temp);
        assertThat(SnapshotManifest.read(temp)).isEqualTo(written);
    }
}
