package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log: a header of one page, then frames, then whatever the file held before. Its size never changes.
 *
 * <pre>
 *  0 long  magic
 *  8 long  segment id: one more than that of the segment before
 * 16 long  incarnation, see {@link Frame}
 * 24 long  size of the file
 * 32 int   CRC32C of bytes 0 to 31
 * </pre>
 *
 * <p>Remembers where its live entries are. That part is guarded by the lock of {@link SegmentedLog}.
 */
final class Segment implements AutoCloseable {

    static final int HEADER_BYTES = 4096;

    private static final long MAGIC = 0x4d53_5345_474d_3031L; // MSSEGM01
    private static final int CRC_OFFSET = 32;
    private static final int FIELD_BYTES = 36;
    private static final int INITIAL_ENTRIES = 1024;

    final Path file;
    final long id;
    final long incarnation;
    final long size;

    private final Object readerLock = new Object();
    private @Nullable FileChannel reader;
    private @Nullable FileChannel writer;
    private boolean closed;

    /** Where the next frame goes. Changed by the writing thread, read by others for bounds only. */
    volatile long end = HEADER_BYTES;

    private long startIndex;
    private long firstIndex;
    private int entries;
    private int[] offsets = new int[INITIAL_ENTRIES];

    private Segment(Path file, long id, long incarnation, long size) {
        this.file = file;
        this.id = id;
        this.incarnation = incarnation;
        this.size = size;
    }

    static Path fileOf(Path dir, long id) {
        return dir.resolve("%016x.log".formatted(id));
    }

    /** Writes the header that makes {@code channel} segment {@code id}, with a new incarnation. Forces nothing. */
    static void writeHeader(FileChannel channel, long id, long size) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(0, MAGIC)
                .putLong(8, id)
                .putLong(16, ThreadLocalRandom.current().nextLong())
                .putLong(24, size)
                .putInt(CRC_OFFSET, Frame.crc(header, 0, CRC_OFFSET));
        Disk.writeFully(channel, header, 0);
    }

    static Segment open(Path file, long id) throws IOException {
        long actualSize = Files.size(file);
        ByteBuffer header = ByteBuffer.allocate(FIELD_BYTES);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {}
            if (header.hasRemaining()
                    || header.getLong(0) != MAGIC
                    || header.getInt(CRC_OFFSET) != Frame.crc(header.clear(), 0, CRC_OFFSET)) {
                throw new LogDamagedException(file, 0, "this is not the header of a segment");
            }
            if (header.getLong(8) != id) {
                throw new LogDamagedException(
                        file, 8, "the file says that it is segment %016x".formatted(header.getLong(8)));
            }
            long size = header.getLong(24);
            if (actualSize != size) {
                throw new LogDamagedException(
                        file, actualSize, "the file has %d bytes instead of %d".formatted(actualSize, size));
            }
            Segment segment = new Segment(file, id, header.getLong(16), size);
            segment.reader = channel;
            return segment;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    // ---- frames; the writing thread

    long free() {
        return size - end;
    }

    /** Appends {@code frame}, whose header space and payload are in {@code buffer} from 0 to the limit. */
    void write(Frame frame, ByteBuffer buffer, Disk disk) throws IOException {
        FileChannel channel = writer;
        if (channel == null) {
            channel = Disk.openToWrite(file);
            writer = channel;
        }
        frame.encodeTo(buffer, id, incarnation);
        long start = end;
        disk.writeRecords(channel, buffer, start);
        end = start + frame.size();
    }

    void writeControl(Frame.Type type, long index, Disk disk) throws IOException {
        write(Frame.control(type, index), ByteBuffer.allocate(Frame.HEADER_BYTES), disk);
    }

    void closeWriter() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    // ---- live entries; under the lock of the log

    /** Index of the next entry when this segment was begun. */
    long startIndex() {
        return startIndex;
    }

    void startAt(long index) {
        startIndex = index;
    }

    private long lastIndex() {
        return firstIndex + entries - 1;
    }

    boolean holds(long index) {
        return entries > 0 && index >= firstIndex && index <= lastIndex();
    }

    int offsetOf(long index) {
        return offsets[(int) (index - firstIndex)];
    }

    void add(long index, int offset) {
        if (entries == 0) {
            firstIndex = index;
        }
        assert index == firstIndex + entries : index + " after " + lastIndex();
        if (entries == offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[entries++] = offset;
    }

    void dropAfter(long lastKept) {
        if (entries > 0 && lastKept < lastIndex()) {
            entries = (int) Math.max(0, lastKept - firstIndex + 1);
        }
    }

    // ---- reading; any thread

    /** Fills {@code target} from {@code position}; survives an interrupt of the reading thread. */
    void read(ByteBuffer target, long position) throws IOException {
        boolean interrupted = false;
        try {
            while (target.hasRemaining()) {
                int start = target.position();
                try {
                    if (reader().read(target, position + start) < 0) {
                        throw new LogDamagedException(file, position + start, "the file ends here");
                    }
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    target.position(start);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FileChannel reader() throws IOException {
        synchronized (readerLock) {
            if (closed) {
                throw new IOException("closed: " + file);
            }
            FileChannel channel = reader;
            if (channel == null || !channel.isOpen()) {
                channel = FileChannel.open(file, StandardOpenOption.READ);
                reader = channel;
            }
            return channel;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (readerLock) {
            closed = true;
            if (reader != null) {
                reader.close();
            }
        }
        closeWriter();
    }
}
