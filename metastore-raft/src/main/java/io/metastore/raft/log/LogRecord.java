package io.metastore.raft.log;

import java.nio.ByteBuffer;

/**
 * One entry of the log, without its index.
 *
 * @param kind the writer's word for what {@code data} is; the log remembers where kinds other than {@link #DATA} are
 * @param checksum the writer's own checksum, kept as given
 */
public record LogRecord(long term, byte kind, long checksum, ByteBuffer data) {

    /** The kind of ordinary entries, of which there are many. */
    public static final byte DATA = 0;

    static final int HEADER_BYTES = Long.BYTES + Long.BYTES + Byte.BYTES + Integer.BYTES;

    int encodedBytes() {
        return HEADER_BYTES + data.remaining();
    }

    void encodeTo(ByteBuffer target) {
        target.putLong(term)
                .putLong(checksum)
                .put(kind)
                .putInt(data.remaining())
                .put(data.duplicate());
    }
}
