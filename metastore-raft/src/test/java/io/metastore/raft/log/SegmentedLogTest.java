package io.metastore.raft.log;

import static io.metastore.raft.log.LogFixture.SEGMENT_BYTES;
import static io.metastore.raft.log.LogFixture.SMALL;
import static io.metastore.raft.log.LogFixture.SMALL_DURABLE;
import static io.metastore.raft.log.LogFixture.append;
import static io.metastore.raft.log.LogFixture.assertHolds;
import static io.metastore.raft.log.LogFixture.open;
import static io.metastore.raft.log.LogFixture.record;
import static io.metastore.raft.log.LogFixture.segmentFiles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SegmentedLogTest {

    @TempDir
    Path dir;

    @Test
    void startsEmpty() throws IOException {
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 0, 0, 0);
            assertThat(log.lastTerm()).isZero();
        }
    }

    @Test
    void keepsEntriesAcrossReopening() throws IOException {
        try (SegmentedLog log = SegmentedLog.open(dir, SMALL_DURABLE, false)) {
            append(log, 10, 1, 100);
            append(log, 11, 1, 100);
            append(log, 25, 1, 100);
            assertHolds(log, 1, 25, 1, 100);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 25, 1, 100);
            assertThat(log.lastTerm()).isEqualTo(1);
            assertThat(log.markedIndexes()).containsExactly(10L, 20L);
        }
    }

    @Test
    void goesOnInANewSegmentWhenOneIsFull() throws IOException {
        try (SegmentedLog log = open(dir)) {
            for (int i = 1; i <= 40; i++) {
                append(log, i * 5L, 3, 400);
            }
            assertHolds(log, 1, 200, 3, 400);
        }
        assertThat(segmentFiles(dir)).hasSizeGreaterThan(5);
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 200, 3, 400);
            append(log, 201, 3, 400);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 201, 3, 400);
        }
    }

    @Test
    void filesNeverChangeTheirSize() throws IOException {
        try (SegmentedLog log = open(dir)) {
            for (int i = 1; i <= 40; i++) {
                append(log, i * 5L, 3, 400);
                for (Path file : segmentFiles(dir)) {
                    assertThat(file).hasSize(SEGMENT_BYTES);
                }
            }
        }
    }

    @Test
    void takesAnEntryThatIsLargerThanASegment() throws IOException {
        try (SegmentedLog log = open(dir)) {
            append(log, 3, 1, 100);
            append(log, 4, 1, 10 * SEGMENT_BYTES);
            append(log, 9, 1, SEGMENT_BYTES);
        }
        try (SegmentedLog log = open(dir)) {
            assertThat(log.lastIndex()).isEqualTo(9);
            assertThat(log.read(3)).isEqualTo(record(3, 1, 100));
            assertThat(log.read(4)).isEqualTo(record(4, 1, 10 * SEGMENT_BYTES));
            assertThat(log.read(9)).isEqualTo(record(9, 1, SEGMENT_BYTES));
        }
    }

    @Test
    void takesAnEntryWithoutContent() throws IOException {
        try (SegmentedLog log = open(dir)) {
            append(log, 3, 1, 0);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 3, 1, 0);
        }
    }

    @Test
    void dropsOldEntriesAndUsesTheirFilesAgain() throws Exception {
        Set<Object> files;
        try (SegmentedLog log = open(dir)) {
            append(log, 30, 1, 400);
            append(log, 60, 1, 400);
            append(log, 90, 1, 400);
            files = fileKeys();
            log.truncatePrefix(80);
            assertThat(log.firstIndex()).isEqualTo(80);
            assertThat(log.read(79)).isNull();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (segmentFiles(dir).size() > 3 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            append(log, 120, 1, 400);
            append(log, 150, 1, 400);
            assertHolds(log, 80, 150, 1, 400);
        }
        assertThat(fileKeys()).as("inodes of then and now").containsAnyElementsOf(files);
        assertThat(segmentFiles(dir).get(0).getFileName().toString()).isGreaterThan("0000000000000002.log");
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 80, 150, 1, 400);
            assertThat(log.markedIndexes()).containsExactly(80L, 90L, 100L, 110L, 120L, 130L, 140L, 150L);
        }
    }

    private Set<Object> fileKeys() throws IOException {
        return segmentFiles(dir).stream()
                .map(file -> {
                    try {
                        return Files.getAttribute(file, "unix:ino");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .collect(Collectors.toSet());
    }

    @Test
    void dropsNewEntriesForGood() throws IOException {
        try (SegmentedLog log = open(dir)) {
            append(log, 100, 1, 400);
            log.truncateSuffix(55);
            assertHolds(log, 1, 55, 1, 400);
            assertThat(log.markedIndexes()).containsExactly(10L, 20L, 30L, 40L, 50L);
            append(log, 60, 2, 400);
            assertThat(log.lastTerm()).isEqualTo(2);
            log.truncateSuffix(57);
            append(log, 58, 3, 10);
            log.truncateSuffix(57);
            assertThat(log.lastTerm()).isEqualTo(2);
        }
        try (SegmentedLog log = open(dir)) {
            assertThat(log.lastIndex()).isEqualTo(57);
            assertThat(log.lastTerm()).isEqualTo(2);
            assertThat(log.read(55)).isEqualTo(record(55, 1, 400));
            assertThat(log.read(56)).isEqualTo(record(56, 2, 400));
            assertThat(log.read(58)).isNull();
            log.truncateSuffix(0);
            assertHolds(log, 1, 0, 0, 0);
            assertThat(log.lastTerm()).isZero();
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1, 0, 0, 0);
        }
    }

    @Test
    void beginsAnewWhereAResetSays() throws IOException {
        try (SegmentedLog log = open(dir)) {
            append(log, 100, 1, 400);
            log.reset(1000);
            assertHolds(log, 1000, 999, 0, 0);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1000, 999, 0, 0);
            append(log, 1100, 2, 400);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 1000, 1100, 2, 400);
            log.truncatePrefix(5000);
            assertHolds(log, 5000, 4999, 0, 0);
        }
        try (SegmentedLog log = open(dir)) {
            assertHolds(log, 5000, 4999, 0, 0);
        }
    }

    @Test
    void refusesAGapAndWritesNothingAfterIt() throws IOException {
        SegmentedLog log = open(dir);
        append(log, 5, 1, 100);
        assertThatThrownBy(() -> log.append(7, List.of(record(7, 1, 100)))).hasMessageContaining("cannot follow");
        assertThatThrownBy(() -> log.append(6, List.of(record(6, 1, 100)))).hasMessageContaining("failed before");
        assertThatThrownBy(() -> log.truncateSuffix(3)).hasMessageContaining("failed before");
        log.close();
        try (SegmentedLog reopened = open(dir)) {
            assertHolds(reopened, 1, 5, 1, 100);
        }
    }

    @Test
    void readsOnAfterAnInterrupt() throws IOException {
        try (SegmentedLog log = open(dir)) {
            append(log, 100, 1, 400);
            Thread.currentThread().interrupt();
            assertThat(log.read(1)).isEqualTo(record(1, 1, 400));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(log.read(99)).isEqualTo(record(99, 1, 400));
            append(log, 101, 1, 400);
            assertHolds(log, 1, 101, 1, 400);
        }
    }

    @Test
    void keepsItsFilesToItself() throws IOException {
        try (SegmentedLog log = open(dir.resolve("log"))) {
            append(log, 50, 1, 400);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("log"))))
                .isEqualTo("rwx------");
        for (Path file : segmentFiles(dir.resolve("log"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void leavesNoThreadAndNoFileOpen() throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        SegmentedLog log = SegmentedLog.open(dir, SMALL, false);
        append(log, 100, 1, 400);
        log.truncatePrefix(50);
        assertThat(log.read(60)).isNotNull();
        log.close();
        log.close();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (hasMoreThreadsThan(before) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(hasMoreThreadsThan(before)).isFalse();
        assertThat(openFiles()).isEmpty();
        assertThatThrownBy(() -> log.read(60)).hasMessageContaining("closed");
        assertThatThrownBy(() -> append(log, 101, 1, 1)).hasMessageContaining("closed");
    }

    private static boolean hasMoreThreadsThan(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("raft-log-files") && !before.contains(thread));
    }

    private List<Path> openFiles() throws IOException {
        try (var handles = Files.list(Path.of("/proc/self/fd"))) {
            return handles.map(handle -> {
                        try {
                            return Files.readSymbolicLink(handle);
                        } catch (IOException e) {
                            return handle; // the handle of this very listing
                        }
                    })
                    .filter(target -> target.startsWith(dir))
                    .toList();
        }
    }
}
