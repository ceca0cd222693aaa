package io.metastore.server.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The body of a request, as it comes in, taken apart into the JSON values that follow each other in it. */
final class JsonValues {
    private static final int FIRST_BYTES = 256;

    private final JsonScanner scanner = new JsonScanner();
    private byte[] bytes = new byte[0];
    private int start;
    private int scanned;
    private int end;

    /** One value: where it lies among the bytes that have come in, until the next ones do. */
    static final class Value {
        private final byte[] bytes;
        private final int from;
        private final int to;

        private Value(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        byte[] bytes() {
            return bytes;
        }

        int from() {
            return from;
        }

        /** Exclusive. */
        int to() {
            return to;
        }
    }

    /** In bytes: what has come in and was not taken out yet. */
    int held() {
        return end - start;
    }

    void add(ByteBuf more) {
        int length = more.readableBytes();
        if (bytes.length - end < length) {
            makeRoom(length);
        }
        more.readBytes(bytes, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int held = end - start;
        byte[] target = bytes;
        if (bytes.length - held < length) {
            target = new byte
                    [Math.max(FIRST_BYTES, Math.max(held + length, Math.min(2 * held, held + length + (1 << 20))))];
        }
        System.arraycopy(bytes, start, target, 0, held);
        bytes = target;
        scanned -= start;
        start = 0;
        end = held;
    }

    /**
     * The next value, or null if there is none (yet).
     *
     * @param ended whether nothing more will come
     * @throws JsonException if it is no JSON, or ends too early
     */
    @Nullable
    Value next(boolean ended) throws JsonException {
        int to = scanner.scan(bytes, scanned, end);
        if (to < 0) {
            scanned = end;
            if (!ended || !scanner.begun()) {
                return null;
            }
            if (!scanner.mayEnd()) {
                throw new JsonException("unexpected EOF");
            }
            to = end;
        }
        int from = start;
        while (JsonScanner.isSpace(bytes[from])) {
            from++;
        }
        start = to;
        scanned = to;
        scanner.reset();
        return new Value(bytes, from, to);
    }
}
