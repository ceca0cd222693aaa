package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A note beside the segments of how far the log was durable at some time: the log may be longer, never shorter.
 *
 * <p>Two slots are written in turn, so that a torn write leaves the older note.
 */
final class StableMark implements AutoCloseable {

    static final String FILE_NAME = "stable";

    private static final int SLOT_BYTES = 512;
    private static final int CRC_OFFSET = 40;
    private static final int FIELD_BYTES = 44;
    private static final long MAGIC = 0x4d53_5354_4142_3031L; // MSSTAB01

    /** The log was durable up to {@code offset} of segment {@code segmentId}, where {@code lastIndex} was its last. */
    record Position(long segmentId, long offset, long lastIndex) {

        boolean isBehind(Position other) {
            return segmentId != other.segmentId ? segmentId < other.segmentId : offset < other.offset;
        }
    }

    private final FileChannel channel;
    private long sequence;
    private @Nullable Position position;

    private StableMark(FileChannel channel) {
        this.channel = channel;
    }

    static StableMark open(Path dir) throws IOException {
        StableMark mark = new StableMark(Disk.openOrCreate(dir.resolve(FILE_NAME)));
        mark.readSlot(0);
        mark.readSlot(1);
        return mark;
    }

    private void readSlot(int slot) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(FIELD_BYTES);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, (long) slot * SLOT_BYTES + buffer.position()) < 0) {
                return;
            }
        }
        boolean whole = buffer.getLong(0) == MAGIC && buffer.getInt(CRC_OFFSET) == Frame.crc(buffer, 0, CRC_OFFSET);
        if (whole && buffer.getLong(8) > sequence) {
            sequence = buffer.getLong(8);
            position = new Position(buffer.getLong(16), buffer.getLong(24), buffer.getLong(32));
        }
    }

    /** Null if there is no note yet. */
    @Nullable
    Position position() {
        return position;
    }

    void write(Position now) throws IOException {
        sequence++;
        ByteBuffer buffer = ByteBuffer.allocate(FIELD_BYTES);
        buffer.putLong(0, MAGIC)
                .putLong(8, sequence)
                .putLong(16, now.segmentId)
                .putLong(24, now.offset)
                .putLong(32, now.lastIndex)
                .putInt(CRC_OFFSET, Frame.crc(buffer, 0, CRC_OFFSET));
        Disk.writeFully(channel, buffer, sequence % 2 * SLOT_BYTES);
        position = now;
    }

    void force(Disk disk) throws IOException {
        disk.forceWithMetadata(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
