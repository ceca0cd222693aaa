package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a segment in large pieces and hands out small ones. Not safe for threads. */
final class Window {

    private ByteBuffer buffer;
    private @Nullable Segment segment;
    private long start;

    Window(int bytes) {
        buffer = ByteBuffer.allocateDirect(bytes).limit(0);
    }

    /**
     * Makes {@code length} bytes at {@code position} available, reading up to {@code bound}; they start at the returned
     * offset of {@link #buffer()}.
     */
    int load(Segment from, long position, int length, long bound) throws IOException {
        if (segment != from || position < start || position + length > start + buffer.limit()) {
            if (buffer.capacity() < length) {
                buffer = ByteBuffer.allocateDirect(length);
            }
            segment = null;
            buffer.clear().limit((int) Math.min(buffer.capacity(), bound - position));
            from.read(buffer, position);
            buffer.flip();
            segment = from;
            start = position;
        }
        return (int) (position - start);
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Bytes that are available from {@code offset} on. */
    int available(int offset) {
        return buffer.limit() - offset;
    }
}
