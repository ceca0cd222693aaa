package io.metastore.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.backup.Backup;
import io.metastore.storage.backup.SnapshotStatus;
import io.metastore.storage.engine.MemoryEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operator sees, and what is left on the disk. */
@Timeout(60)
class SnapshotCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private Path snapshot;
    private Path target;

    @BeforeEach
    void makeSnapshot() throws Exception {
        target = directory.resolve("data");
        byte[] database;
        try (Backup backup = Backup.of(new MemoryEngine().snapshot(), 7, 2, "3.7.0")) {
            database = new byte[(int) backup.totalBytes()];
            assertThat(backup.read(database)).isEqualTo(database.length);
        }
        byte[] file = Arrays.copyOf(database, database.length + 32);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(database);
        System.arraycopy(digest, 0, file, database.length, digest.length);
        snapshot = Files.write(directory.resolve("snapshot.db"), file);
    }

    @Test
    void restoresAWholeDirectoryAndNoMore() throws IOException {
        assertThat(run("restore", snapshot.toString(), "--data-dir=" + target)).isZero();

        assertThat(target.resolve("member/identity")).exists();
        assertThat(target.resolve("member/raft/snapshot/snapshot_1/manifest")).exists();
        try (var files = Files.list(target)) {
            assertThat(files).containsExactly(target.resolve("member"));
        }
    }

    @Test
    void takesUpWhereARestoreWasCutShort() throws IOException {
        Files.createDirectories(target.resolve("restoring/member"));

        assertThat(run("restore", snapshot.toString(), "--data-dir=" + target)).isZero();

        assertThat(target.resolve("restoring")).doesNotExist();
    }

    @Test
    void aMemberOfAnotherNameHasAnotherIdInTheSameCluster() throws IOException {
        String cluster = "--initial-cluster=a=http://127.0.0.1:1,b=http://127.0.0.1:2";
        run(
                "restore",
                snapshot.toString(),
                cluster,
                "--name=a",
                "--initial-advertise-peer-urls=http://127.0.0.1:1",
                "--data-dir=" + directory.resolve("a"));
        run(
                "restore",
                snapshot.toString(),
                cluster,
                "--name=b",
                "--initial-advertise-peer-urls=http://127.0.0.1:2",
                "--data-dir=" + directory.resolve("b"));

        List<String> a = Files.readAllLines(directory.resolve("a/member/identity"));
        List<String> b = Files.readAllLines(directory.resolve("b/member/identity"));
        assertThat(a.get(1)).startsWith("cluster-id=").isEqualTo(b.get(1));
        assertThat(a.get(2)).startsWith("member-id=").isNotEqualTo(b.get(2));
    }

    @Test
    void leavesNothingOfARestoreThatFails() throws IOException {
        byte[] file = Files.readAllBytes(snapshot);
        file[4 * 4096] ^= 0x55; // a page says that it is another
        Path damaged = Files.write(directory.resolve("damaged.db"), file);

        assertThat(run("restore", damaged.toString(), "--skip-hash-check", "--data-dir=" + target))
                .isEqualTo(1);
        assertThat(errors()).contains("Error: page ");
        assertThat(target).doesNotExist();
        assertThat(run("status", damaged.toString())).isEqualTo(1);
        assertThat(errors()).contains("snapshot file integrity check failed. 1 errors found.");
    }

    @Test
    void refusesAChangedByte() throws IOException {
        byte[] file = Files.readAllBytes(snapshot);
        file[5000] ^= 1;
        Path changed = Files.write(directory.resolve("changed.db"), file);

        assertThat(run("restore", changed.toString(), "--data-dir=" + target)).isEqualTo(1);
        assertThat(errors()).contains("Error: expected sha256 [");
        assertThat(target).doesNotExist();
    }

    @Test
    void tellsAStatusInEveryFormat() {
        SnapshotStatus status = new SnapshotStatus(0x67e7bd7f, 6, 2, 53_248, "3.7.0");

        assertThat(StatusFormat.SIMPLE.print(status)).isEqualTo("67e7bd7f, 6, 2, 53 kB, 3.7.0\n");
        assertThat(StatusFormat.JSON.print(status))
                .isEqualToIgnoringNewLines(
                        "{\"hash\":1743240575,\"revision\":6,\"totalKey\":2,\"totalSize\":53248,\"version\":\"3.7.0\"}\n");
        assertThat(run("status", snapshot.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith(", 3.7.0\n");
        assertThat(run("status", snapshot.toString(), "-w", "nonsense")).isEqualTo(128);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "9,9 B", "10,10 B", "999,999 B", "1000,1.0 kB", "53248,53 kB", "1376591872,1.4 GB"})
    void writesSizesAsEtcdDoes(long bytes, String text) {
        assertThat(Sizes.human(bytes)).isEqualTo(text);
    }

    @Test
    void showsRateAndTimeLeft() {
        assertThat(Progress.line("restoring", 250_000_000, 1_000_000_000, TimeUnit.SECONDS.toNanos(5)))
                .isEqualTo("restoring: 250 MB of 1.0 GB, 50 MB/s, 15 s left");
    }

    private int run(String... arguments) {
        return SnapshotCommand.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
