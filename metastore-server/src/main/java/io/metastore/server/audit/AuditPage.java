package io.metastore.server.audit;

import java.io.IOException;
import java.io.OutputStream;

/** Whole lines on their way to the file. Belongs to whoever has taken it from {@link AuditPages}. */
final class AuditPage {
    /** Large enough that what a write costs besides its bytes is little for each line. */
    static final int BYTES = 64 << 10;
    /** What is left when a page counts as full: most lines that begin before it fit without a larger array. */
    private static final int SPARE_BYTES = 4 << 10;

    private final LineBuffer buffer = new LineBuffer(BYTES);
    private final AuditLine lines = new AuditLine(buffer);
    private int count;
    private int beforeLast;

    /**
     * Adds a line.
     *
     * @param startMicros when the call began, in microseconds since 1970
     */
    void add(AuditRecord record, long startMicros) {
        beforeLast = buffer.size();
        boolean whole = false;
        try {
            lines.write(record, startMicros);
            whole = true;
            count++;
        } finally {
            if (!whole) {
                buffer.truncate(beforeLast);
            }
        }
    }

    /** Takes the last line away, and the room that was made for it. */
    void dropLast() {
        count--;
        buffer.truncate(beforeLast);
        buffer.shrinkTo(BYTES);
    }

    boolean isFull() {
        return buffer.size() > BYTES - SPARE_BYTES;
    }

    /** What it holds in memory beyond {@link #BYTES}, for lines that were longer than what was left. */
    int extraBytes() {
        return buffer.array().length - BYTES;
    }

    /** How many lines there are. */
    int count() {
        return count;
    }

    void writeTo(OutputStream file) throws IOException {
        file.write(buffer.array(), 0, buffer.size());
    }

    void clear() {
        count = 0;
        buffer.truncate(0);
        buffer.shrinkTo(BYTES);
    }
}
