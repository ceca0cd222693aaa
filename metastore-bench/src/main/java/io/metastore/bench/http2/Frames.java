package io.metastore.bench.http2;

import java.nio.charset.StandardCharsets;

/** The frames of HTTP/2 (RFC 9113) that a gRPC client sends, and the numbers it must know to read the others. */
final class Frames {
    static final int HEADER_BYTES = 9;
    static final int DEFAULT_MAX_FRAME_BYTES = 16_384;
    static final int DEFAULT_WINDOW_BYTES = 65_535;
    static final int DEFAULT_HEADER_TABLE_BYTES = 4_096;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY = 0x20;

    static final int SETTINGS_HEADER_TABLE_SIZE = 1;
    static final int SETTINGS_ENABLE_PUSH = 2;
    static final int SETTINGS_MAX_CONCURRENT_STREAMS = 3;
    static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    static final int SETTINGS_MAX_FRAME_SIZE = 5;

    static final int ERROR_CANCEL = 8;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Frames() {}

    /** The client's opening: preface, settings, and a connection window as large as that of each stream. */
    static void opening(ByteSink out, int windowBytes) {
        out.put(PREFACE);
        header(out, 12, SETTINGS, 0, 0);
        out.uint16(SETTINGS_ENABLE_PUSH);
        out.uint32(0);
        out.uint16(SETTINGS_INITIAL_WINDOW_SIZE);
        out.uint32(windowBytes);
        if (windowBytes > DEFAULT_WINDOW_BYTES) {
            windowUpdate(out, 0, windowBytes - DEFAULT_WINDOW_BYTES);
        }
    }

    static void header(ByteSink out, int length, int type, int flags, int streamId) {
        int at = out.size();
        out.skip(HEADER_BYTES);
        setHeader(out, at, length, type, flags, streamId);
    }

    static void setHeader(ByteSink out, int at, int length, int type, int flags, int streamId) {
        out.setUint32(at, (length << 8) | type);
        out.set(at + 4, flags);
        out.setUint32(at + 5, streamId);
    }

    static void settingsAck(ByteSink out) {
        header(out, 0, SETTINGS, ACK, 0);
    }

    static void pingAck(ByteSink out, byte[] payload, int offset) {
        header(out, 8, PING, ACK, 0);
        out.put(payload, offset, 8);
    }

    static void windowUpdate(ByteSink out, int streamId, int increment) {
        header(out, 4, WINDOW_UPDATE, 0, streamId);
        out.uint32(increment);
    }

    static void resetStream(ByteSink out, int streamId, int errorCode) {
        header(out, 4, RST_STREAM, 0, streamId);
        out.uint32(errorCode);
    }

    static int uint16(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
    }

    static int uint24(byte[] bytes, int at) {
        return (uint16(bytes, at) << 8) | (bytes[at + 2] & 0xff);
    }

    static int uint32(byte[] bytes, int at) {
        return (uint24(bytes, at) << 8) | (bytes[at + 3] & 0xff);
    }
}
