package io.metastore.raft.log;

import java.nio.ByteBuffer;
import java.util.List;

/** Where a frame of records is put together, to be written at once. The writing thread. */
final class FrameBuffer {

    private static final int INITIAL_BYTES = 256 << 10;
    private static final int MAX_KEPT_BYTES = 4 << 20;

    private ByteBuffer kept = ByteBuffer.allocateDirect(INITIAL_BYTES);
    private ByteBuffer bytes = kept;

    /** Takes the payload of {@code records}; what {@link #bytes} then holds lacks the header. */
    Frame put(long firstIndex, List<LogRecord> records, int payloadBytes) {
        bytes = ofSize(Frame.sizeOf(payloadBytes)).position(Frame.HEADER_BYTES);
        for (LogRecord written : records) {
            written.encodeTo(bytes);
        }
        while (bytes.hasRemaining()) {
            bytes.put((byte) 0);
        }
        bytes.position(0);
        int crc = Frame.crc(bytes, Frame.HEADER_BYTES, payloadBytes);
        return new Frame(Frame.Type.ENTRIES, firstIndex, records.size(), payloadBytes, crc);
    }

    ByteBuffer bytes() {
        return bytes;
    }

    private ByteBuffer ofSize(int size) {
        if (size > MAX_KEPT_BYTES) {
            return ByteBuffer.allocateDirect(size);
        }
        if (size > kept.capacity()) {
            kept = ByteBuffer.allocateDirect(Math.min(MAX_KEPT_BYTES, Integer.highestOneBit(size) * 2));
        }
        return kept.clear().limit(size);
    }
}
