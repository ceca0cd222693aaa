package io.metastore.raft.log;

import static io.metastore.raft.log.LogFixture.SEGMENT_BYTES;
import static io.metastore.raft.log.LogFixture.SMALL;
import static io.metastore.raft.log.LogFixture.SMALL_DURABLE;
import static io.metastore.raft.log.LogFixture.append;
import static io.metastore.raft.log.LogFixture.assertHolds;
import static io.metastore.raft.log.LogFixture.copy;
import static io.metastore.raft.log.LogFixture.crash;
import static io.metastore.raft.log.LogFixture.flip;
import static io.metastore.raft.log.LogFixture.open;
import static io.metastore.raft.log.LogFixture.overwrite;
import static io.metastore.raft.log.LogFixture.segmentFiles;
import static io.metastore.raft.log.LogFixture.truncate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a log may look like after a crash, and what it may not. */
@Timeout(120)
class LogDamageTest {

    private static final int ENTRY = 100;

    @TempDir
    Path temp;

    private Path log;
    private Path copy;

    @BeforeEach
    void directories() {
        log = temp.resolve("log");
        copy = temp.resolve("copy");
    }

    /** Where the frames of the newest segment end before and after its last batch; the log is left as a crash leaves it. */
    private long[] crashAfter(long first, long last, int bytes) throws IOException {
        // Never closed: a clean stop would write one more frame.
        SegmentedLog crashed = open(log);
        if (first > 1) {
            append(crashed, first - 1, 1, ENTRY);
        }
        long start = end(crashed);
        append(crashed, last, 1, bytes);
        crash(crashed, log, temp.resolve("crashed"));
        long end = end(crashed);
        crashed.close();
        return new long[] {start, end};
    }

    private static long end(SegmentedLog log) {
        return log.active().end;
    }

    @Test
    void cutsOffATornLastBatchWhereverItTore() throws IOException {
        long[] last = crashAfter(21, 25, ENTRY);
        Path crashed = temp.resolve("crashed");
        byte[] whole = Files.readAllBytes(segmentFiles(crashed).get(0));
        for (long cut = last[0]; cut < last[1]; cut++) {
            copy(crashed, copy);
            Path file = segmentFiles(copy).get(0);
            byte[] torn = whole.clone();
            Arrays.fill(torn, (int) cut, torn.length, (byte) 0);
            Files.write(file, torn);
            long survivors = Arrays.equals(torn, whole) ? 25 : 20;
            try (SegmentedLog reopened = open(copy)) {
                assertHolds(reopened, 1, survivors, 1, ENTRY);
                append(reopened, 22 + survivors - 20, 1, ENTRY);
            }
            try (SegmentedLog again = open(copy)) {
                assertHolds(again, 1, 22 + survivors - 20, 1, ENTRY);
            }
        }
    }

    @Test
    void cutsOffALastBatchWhoseSectorsCameInAnyOrder() throws IOException {
        long[] last = crashAfter(21, 50, ENTRY);
        Path crashed = temp.resolve("crashed");
        byte[] whole = Files.readAllBytes(segmentFiles(crashed).get(0));
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            copy(crashed, copy);
            byte[] torn = whole.clone();
            boolean lost = false;
            for (int sector = (int) (last[0] / 512); sector * 512L < last[1]; sector++) {
                if (random.nextBoolean()) {
                    int from = (int) Math.max(sector * 512L, last[0]);
                    int to = (int) Math.min((sector + 1) * 512L, last[1]);
                    Arrays.fill(torn, from, to, (byte) 0);
                    lost = true;
                }
            }
            Files.write(segmentFiles(copy).get(0), torn);
            try (SegmentedLog reopened = open(copy)) {
                assertHolds(reopened, 1, lost ? 20 : 50, 1, ENTRY);
            }
        }
    }

    @Test
    void goesOnAfterATornEndAsIfItHadNotBeen() throws IOException {
        long[] last = crashAfter(21, 50, ENTRY);
        Path crashed = temp.resolve("crashed");
        Path file = segmentFiles(crashed).get(0);
        overwrite(file, last[1] - 20, new byte[20]);
        // Shorter than what tore: the rest of that lies behind and must mean nothing, after another crash too.
        SegmentedLog shorter = open(crashed);
        append(shorter, 21, 2, 8);
        crash(shorter, crashed, copy);
        shorter.close();
        try (SegmentedLog again = open(copy)) {
            assertThat(again.lastIndex()).isEqualTo(21);
            assertThat(again.lastTerm()).isEqualTo(2);
        }
    }

    @Test
    void refusesAFlippedBitAnywhereBeforeTheLastBatch() throws IOException {
        long[] last = crashAfter(21, 25, ENTRY);
        Path crashed = temp.resolve("crashed");
        for (long offset = 0; offset < last[0]; offset++) {
            boolean unused = offset >= 36 && offset < Segment.HEADER_BYTES;
            if (unused || isPadding(offset, last[0])) {
                continue;
            }
            copy(crashed, copy);
            flip(segmentFiles(copy).get(0), offset);
            assertRefused("flip at " + offset, segmentFiles(copy).get(0).toString(), "offset");
        }
    }

    /** Up to seven bytes before a frame mean nothing. */
    private static boolean isPadding(long offset, long end) {
        int payload = 20 * (ENTRY + LogRecord.HEADER_BYTES);
        long payloadEnd = end - Frame.sizeOf(payload) + Frame.HEADER_BYTES + payload;
        return offset >= payloadEnd;
    }

    @Test
    void refusesAFlippedBitInTheLastBatchAfterACleanStop() throws IOException {
        long end;
        try (SegmentedLog stopped = open(log)) {
            append(stopped, 25, 1, ENTRY);
            end = end(stopped);
        }
        for (long offset = end - 200; offset < end - 8; offset++) {
            copy(log, copy);
            flip(segmentFiles(copy).get(0), offset);
            assertRefused("flip at " + offset, "a later one follows");
        }
    }

    @Test
    void refusesAFlippedBitInAFullSegment() throws IOException {
        try (SegmentedLog full = open(log)) {
            for (int i = 1; i <= 20; i++) {
                append(full, 10L * i, 1, ENTRY);
            }
        }
        List<Path> files = segmentFiles(log);
        assertThat(files).hasSizeGreaterThanOrEqualTo(3);
        Random random = new Random(11);
        for (int i = 0; i < 300; i++) {
            copy(log, copy);
            Path file = segmentFiles(copy).get(0);
            flip(file, Segment.HEADER_BYTES + random.nextInt(8000));
            // A flip in the padding between frames means nothing.
            try (SegmentedLog opened = open(copy)) {
                assertHolds(opened, 1, 200, 1, ENTRY);
            } catch (LogDamagedException e) {
                assertThat(e).hasMessageContaining(file.toString()).hasMessageContaining("offset");
            }
        }
    }

    @Test
    void refusesAFullSegmentThatLostItsEnd() throws IOException {
        try (SegmentedLog full = open(log)) {
            for (int i = 1; i <= 20; i++) {
                append(full, 10L * i, 1, ENTRY);
            }
        }
        // Its last frame says that there is a next segment.
        copy(log, copy);
        Path first = segmentFiles(copy).get(0);
        byte[] content = Files.readAllBytes(first);
        int end = content.length;
        while (content[end - 1] == 0) {
            end--;
        }
        for (int cut = end - 40; cut > end - 2000; cut -= 97) {
            copy(log, copy);
            overwrite(segmentFiles(copy).get(0), cut, new byte[SEGMENT_BYTES - cut]);
            assertRefused("cut at " + cut, "lost its end");
        }
    }

    @Test
    void refusesAShortenedOrLengthenedFile() throws IOException {
        try (SegmentedLog full = open(log)) {
            append(full, 100, 1, 400);
        }
        int files = segmentFiles(log).size();
        for (int i = 0; i < files; i++) {
            for (long size : new long[] {0, 10, 5000, SEGMENT_BYTES - 1}) {
                copy(log, copy);
                truncate(segmentFiles(copy).get(i), size);
                assertRefused("file %d cut to %d".formatted(i, size), "offset");
            }
            copy(log, copy);
            overwrite(segmentFiles(copy).get(i), SEGMENT_BYTES, (byte) 1);
            assertRefused("file %d longer".formatted(i), "instead of");
        }
    }

    @Test
    void refusesWhenASegmentIsMissing() throws IOException {
        int begun;
        try (SegmentedLog full = SegmentedLog.open(log, SMALL_DURABLE, false)) {
            append(full, 100, 1, 400);
            begun = (int) full.active().id;
        }
        List<Path> files = segmentFiles(log);
        assertThat(begun).isGreaterThanOrEqualTo(3);
        for (int i = 1; i < begun; i++) {
            copy(log, copy);
            Files.delete(segmentFiles(copy).get(i));
            assertRefused(
                    "without " + files.get(i),
                    "is missing",
                    files.get(i).getFileName().toString());
        }
        copy(log, copy);
        for (Path file : segmentFiles(copy)) {
            Files.delete(file);
        }
        assertRefused("without any", "is missing");
    }

    @Test
    void startsWithTheOldestThatIsLeft() throws IOException {
        // Whether something is missing before it, the snapshot tells.
        try (SegmentedLog full = open(log)) {
            append(full, 100, 1, 400);
        }
        Files.delete(segmentFiles(log).get(0));
        try (SegmentedLog opened = open(log)) {
            assertThat(opened.firstIndex()).isGreaterThan(1);
            assertThat(opened.lastIndex()).isEqualTo(100);
        }
    }

    @Test
    void refusesAnEmptyDirectoryWhereALogMustBe() throws IOException {
        assertThatThrownBy(() -> SegmentedLog.open(log, SMALL, true))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("missing");
        assertThat(segmentFiles(log)).isEmpty();
    }

    @Test
    void refusesALogThatIsShorterThanItWasDurable() throws IOException {
        long end;
        try (SegmentedLog stopped = SegmentedLog.open(log, SMALL_DURABLE, false)) {
            append(stopped, 20, 1, ENTRY);
            end = end(stopped);
            append(stopped, 25, 1, ENTRY);
        }
        // The whole tail is gone, frame by frame: only the note beside the segments still knows of it.
        overwrite(segmentFiles(log).get(0), end, new byte[(int) (SEGMENT_BYTES - end)]);
        copy = log;
        assertRefused("lost tail", "was durable up to", "entry 25");
    }

    @Test
    void refusesSegmentsOfAnEarlierTime() throws IOException {
        try (SegmentedLog stopped = SegmentedLog.open(log, SMALL_DURABLE, false)) {
            append(stopped, 20, 1, ENTRY);
        }
        copy(log, copy);
        try (SegmentedLog stopped = SegmentedLog.open(log, SMALL_DURABLE, false)) {
            append(stopped, 200, 1, ENTRY);
        }
        Files.copy(
                log.resolve(StableMark.FILE_NAME),
                copy.resolve(StableMark.FILE_NAME),
                StandardCopyOption.REPLACE_EXISTING);
        assertRefused("old segments", "was durable up to");
    }

    @Test
    void refusesASegmentUnderTheNameOfAnother() throws IOException {
        try (SegmentedLog full = open(log)) {
            append(full, 100, 1, 400);
        }
        copy(log, copy);
        List<Path> files = segmentFiles(copy);
        Files.copy(files.get(0), files.get(1), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("swapped", "says that it is segment");
    }

    @Test
    void takesNoFrameOfARecycledFilesFormerLife() throws IOException {
        try (SegmentedLog full = open(log)) {
            for (int i = 1; i <= 60; i++) {
                append(full, i * 5L, 1, 400);
                if (i % 10 == 0) {
                    full.truncatePrefix(i * 5L - 2);
                }
            }
            append(full, 301, 1, 400);
            crash(full, log, copy);
        }
        // As after a crash: behind the last frame lies what the file held before.
        try (SegmentedLog opened = open(copy)) {
            assertHolds(opened, 298, 301, 1, 400);
        }
    }

    @Test
    void survivesACrashBetweenTheEndOfASegmentAndTheStartOfTheNext() throws Exception {
        long lastIndex;
        try (SegmentedLog full = open(log)) {
            do {
                append(full, full.lastIndex() + 1, 1, 400);
                lastIndex = full.lastIndex();
                crash(full, log, temp.resolve("before"));
            } while (full.active().free() > 500);
            append(full, lastIndex + 1, 1, 400);
            assertThat(full.active().id).isEqualTo(2);
            crash(full, log, copy);
        }
        // The next segment was prepared, its first frame did not get through.
        Files.copy(
                segmentFiles(temp.resolve("before")).get(1),
                segmentFiles(copy).get(1),
                StandardCopyOption.REPLACE_EXISTING);
        Files.delete(segmentFiles(copy).get(2));
        try (SegmentedLog opened = open(copy)) {
            assertThat(opened.lastIndex()).isEqualTo(lastIndex);
            append(opened, lastIndex + 20, 1, 400);
        }
        try (SegmentedLog opened = open(copy)) {
            assertHolds(opened, 1, lastIndex + 20, 1, 400);
        }
    }

    @Test
    void refusesASegmentThatLostItsContent() throws IOException {
        int begun;
        try (SegmentedLog full = open(log)) {
            append(full, 100, 1, 400);
            begun = (int) full.active().id;
        }
        assertThat(segmentFiles(log)).hasSize(begun + 1);
        for (int i = 0; i < begun; i++) {
            copy(log, copy);
            overwrite(segmentFiles(copy).get(i), Segment.HEADER_BYTES, new byte[SEGMENT_BYTES - Segment.HEADER_BYTES]);
            assertRefused("segment " + i, "the segment has lost its");
        }
    }

    private void assertRefused(String what, String... messages) {
        assertThatThrownBy(() -> open(copy).close())
                .as(what)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContainingAll(messages);
    }
}
