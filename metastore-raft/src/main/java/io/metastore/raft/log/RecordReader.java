package io.metastore.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads single records, ahead of those who ask for one after the other. Any thread. */
final class RecordReader {

    private static final int WINDOW_BYTES = 128 << 10;

    private final Object lock = new Object();
    private final Window window = new Window(WINDOW_BYTES);

    LogRecord read(Segment segment, int position) throws IOException {
        synchronized (lock) {
            int at = window.load(segment, position, LogRecord.HEADER_BYTES, segment.end);
            ByteBuffer source = window.buffer();
            long term = source.getLong(at);
            long checksum = source.getLong(at + Long.BYTES);
            byte kind = source.get(at + 2 * Long.BYTES);
            int length = source.getInt(at + 2 * Long.BYTES + Byte.BYTES);
            int dataAt = at + LogRecord.HEADER_BYTES;
            ByteBuffer data = ByteBuffer.allocate(length);
            if (length <= window.available(dataAt)) {
                source.get(dataAt, data.array(), 0, length);
            } else {
                segment.read(data, position + LogRecord.HEADER_BYTES);
                data.flip();
            }
            return new LogRecord(term, kind, checksum, data);
        }
    }
}
