package io.metastore.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** Logs of small segments, and hands that damage them. */
final class LogFixture {

    static final int SEGMENT_BYTES = 16 << 10;
    static final LogOptions SMALL = new LogOptions(SEGMENT_BYTES, SEGMENT_BYTES, false);
    static final LogOptions SMALL_DURABLE = SMALL.withFsync(true);

    private LogFixture() {}

    static SegmentedLog open(Path dir) throws IOException {
        return SegmentedLog.open(dir, SMALL, false);
    }

    /** The record that tests keep at {@code index}. */
    static LogRecord record(long index, long term, int bytes) {
        ByteBuffer data = ByteBuffer.allocate(bytes);
        while (data.remaining() >= Long.BYTES) {
            data.putLong(index * 31 + term);
        }
        return new LogRecord(term, (byte) (index % 10 == 0 ? 1 : 0), index ^ term, data.rewind());
    }

    static List<LogRecord> records(long first, long last, long term, int bytes) {
        List<LogRecord> records = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            records.add(record(index, term, bytes));
        }
        return records;
    }

    static void append(SegmentedLog log, long last, long term, int bytes) throws IOException {
        long first = log.lastIndex() + 1;
        log.append(first, records(first, last, term, bytes));
    }

    static void assertHolds(SegmentedLog log, long first, long last, long term, int bytes) throws IOException {
        assertThat(log.firstIndex()).as("first").isEqualTo(first);
        assertThat(log.lastIndex()).as("last").isEqualTo(last);
        for (long index = first; index <= last; index++) {
            assertThat(log.read(index)).as("entry %d", index).isEqualTo(record(index, term, bytes));
        }
        assertThat(log.read(first - 1)).isNull();
        assertThat(log.read(last + 1)).isNull();
    }

    /** What a crash at this moment would leave of {@code log}, which is in {@code from}. */
    static void crash(SegmentedLog log, Path from, Path to) throws IOException {
        try {
            log.awaitBackground();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
        copy(from, to);
    }

    static List<Path> segmentFiles(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> old = Files.list(to)) {
            for (Path file : (Iterable<Path>) old::iterator) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Puts {@code bytes} at {@code offset}. */
    static void overwrite(Path file, long offset, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    static void flip(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, offset);
        }
    }

    static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }
}
