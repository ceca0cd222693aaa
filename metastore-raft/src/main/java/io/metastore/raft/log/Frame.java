package io.metastore.raft.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The header of one frame, which is what a segment is a sequence of. Everything that changes the log is a frame
 * appended to it, nothing is ever overwritten, and no frame is written before the one ahead of it is durable.
 *
 * <pre>
 *  0 int   magic
 *  4 int   type
 *  8 long  incarnation of the segment: random, so that neither a stale frame of a recycled file
 *          nor the content of an entry can pass for a frame
 * 16 long  segment id
 * 24 long  index, see {@link Type}
 * 32 int   number of records
 * 36 int   payload bytes
 * 40 int   CRC32C of the payload
 * 44 int   CRC32C of bytes 0 to 43
 * </pre>
 *
 * The payload follows, padded to a multiple of eight bytes.
 */
record Frame(Type type, long index, int records, int payloadBytes, int payloadCrc) {

    static final int HEADER_BYTES = 48;
    static final int ALIGNMENT = 8;

    private static final int MAGIC = 0x4d53_4c46;
    private static final int CRC_OFFSET = 44;

    enum Type {
        /** Records; the index is that of the first. */
        ENTRIES(1),
        /** First in each segment: the index of the next entry. */
        START(2),
        /** Last in each segment: the index of the last entry. The next segment exists. */
        SEAL(3),
        /** Entries above the index are gone. */
        TRUNCATE_SUFFIX(4),
        /** Entries below the index are gone. */
        TRUNCATE_PREFIX(5),
        /** All entries are gone, the index is that of the next one. */
        RESET(6),
        /** Says no more than that all before it is durable; the index is that of the last entry. */
        MARK(7);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        static @Nullable Type of(int code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            return null;
        }
    }

    static Frame control(Type type, long index) {
        return new Frame(type, index, 0, 0, 0);
    }

    static int sizeOf(int payloadBytes) {
        return HEADER_BYTES + ((payloadBytes + ALIGNMENT - 1) & -ALIGNMENT);
    }

    int size() {
        return sizeOf(payloadBytes);
    }

    /** Writes the header at the start of {@code target}; position and limit stay as they are. */
    void encodeTo(ByteBuffer target, long segmentId, long incarnation) {
        target.putInt(0, MAGIC)
                .putInt(4, type.code)
                .putLong(8, incarnation)
                .putLong(16, segmentId)
                .putLong(24, index)
                .putInt(32, records)
                .putInt(36, payloadBytes)
                .putInt(40, payloadCrc)
                .putInt(CRC_OFFSET, crc(target, 0, CRC_OFFSET));
    }

    /** The frame whose header starts at {@code offset}, or null if there is none of this incarnation. */
    static @Nullable Frame decode(ByteBuffer source, int offset, long segmentId, long incarnation) {
        if (source.getInt(offset) != MAGIC
                || source.getLong(offset + 8) != incarnation
                || source.getLong(offset + 16) != segmentId
                || source.getInt(offset + CRC_OFFSET) != crc(source, offset, CRC_OFFSET)) {
            return null;
        }
        Type type = Type.of(source.getInt(offset + 4));
        int payloadBytes = source.getInt(offset + 36);
        if (type == null || payloadBytes < 0) {
            return null;
        }
        return new Frame(
                type,
                source.getLong(offset + 24),
                source.getInt(offset + 32),
                payloadBytes,
                source.getInt(offset + 40));
    }

    /** Whether a header of this incarnation may start at {@code offset}; cheap, for searching. */
    static boolean mayStartAt(ByteBuffer source, int offset, long incarnation) {
        return source.getLong(offset + 8) == incarnation && source.getInt(offset) == MAGIC;
    }

    static int crc(ByteBuffer source, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(source.duplicate().limit(offset + length).position(offset));
        return (int) crc.getValue();
    }
}
