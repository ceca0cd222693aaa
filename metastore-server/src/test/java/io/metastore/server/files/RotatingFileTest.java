package io.metastore.server.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.metastore.server.config.LogRotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class RotatingFileTest {
    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-01-31T10:00:00Z");

    private RotatingFile open(LogRotation rotation) throws IOException {
        return RotatingFile.open(directory.resolve("etcd.log"), rotation, () -> now);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void write(RotatingFile file, String line) throws IOException, InterruptedException {
        file.write(line.getBytes(UTF_8));
        file.awaitTidied();
        now = now.plus(Duration.ofSeconds(1));
    }

    @Test
    void aFullFileIsSetAsideUnderItsTime() throws Exception {
        try (RotatingFile file = open(new LogRotation(10, 0, 0, false, false))) {
            write(file, "123456\n");
            write(file, "abcdef\n");
            write(file, "x\n");
        }

        assertThat(names()).containsExactly("etcd-2026-01-31T10-00-01.000.log", "etcd.log");
        assertThat(directory.resolve("etcd-2026-01-31T10-00-01.000.log")).hasContent("123456\n");
        assertThat(directory.resolve("etcd.log")).hasContent("abcdef\nx\n");
    }

    @Test
    void aNewFileIsItsOwnersAlone() throws Exception {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        try (RotatingFile file = open(new LogRotation(10, 0, 0, false, true))) {
            write(file, "123456\n");
            write(file, "abcdef\n");
        }

        assertThat(modes())
                .isEqualTo(Map.of("etcd-2026-01-31T10-00-01.000.log.gz", "rw-------", "etcd.log", "rw-------"));
    }

    @Test
    void theNextFileIsReadByWhoMayReadTheOneBefore() throws Exception {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Files.writeString(directory.resolve("etcd.log"), "123456789\n");
        Files.setPosixFilePermissions(directory.resolve("etcd.log"), PosixFilePermissions.fromString("rw-r-----"));
        try (RotatingFile file = open(new LogRotation(10, 0, 0, false, false))) {
            write(file, "a\n");
        }

        assertThat(modes()).hasSize(2).allSatisfy((name, mode) -> assertThat(mode)
                .isEqualTo("rw-r-----"));
    }

    private Map<String, String> modes() throws IOException {
        Map<String, String> modes = new TreeMap<>();
        for (String name : names()) {
            modes.put(name, PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))));
        }
        return modes;
    }

    @Test
    void aLongLineIsNeverSplit() throws Exception {
        try (RotatingFile file = open(new LogRotation(4, 0, 0, false, false))) {
            write(file, "much longer than a file\n");
        }

        assertThat(names()).containsExactly("etcd.log");
    }

    @Test
    void aFileThatIsThereIsGoneOnWith() throws Exception {
        Files.writeString(directory.resolve("etcd.log"), "123456789\n");
        try (RotatingFile file = open(new LogRotation(10, 0, 0, false, false))) {
            write(file, "a\n");
        }

        assertThat(names()).hasSize(2);
    }

    @Test
    void whatIsTooOldOrTooMuchIsDeleted() throws Exception {
        Files.writeString(directory.resolve("etcd-2026-01-01T00-00-00.000.log"), "old");
        Files.writeString(directory.resolve("etcd-backup.log"), "not ours");
        try (RotatingFile file = open(new LogRotation(2, 20, 2, false, false))) {
            for (String line : List.of("a\n", "b\n", "c\n", "d\n")) {
                write(file, line);
            }
        }

        assertThat(names())
                .containsExactly(
                        "etcd-2026-01-31T10-00-02.000.log",
                        "etcd-2026-01-31T10-00-03.000.log",
                        "etcd-backup.log",
                        "etcd.log");
    }

    @Test
    void whatIsSetAsideIsCompressedWhereAskedFor() throws Exception {
        try (RotatingFile file = open(new LogRotation(2, 0, 0, false, true))) {
            write(file, "a\n");
            write(file, "b\n");
        }

        Path compressed = directory.resolve("etcd-2026-01-31T10-00-01.000.log.gz");
        assertThat(names()).containsExactly(compressed.getFileName().toString(), "etcd.log");
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(compressed))) {
            assertThat(in.readAllBytes()).isEqualTo("a\n".getBytes(UTF_8));
        }
    }
}
