package io.metastore.bench.http2;

/** What the server allows us, as its SETTINGS frames said so far. */
final class PeerSettings {
    private int headerTableBytes = Frames.DEFAULT_HEADER_TABLE_BYTES;
    private long maxConcurrentStreams = Long.MAX_VALUE;
    private int initialWindowBytes = Frames.DEFAULT_WINDOW_BYTES;
    private int maxFrameBytes = Frames.DEFAULT_MAX_FRAME_BYTES;

    int headerTableBytes() {
        return headerTableBytes;
    }

    long maxConcurrentStreams() {
        return maxConcurrentStreams;
    }

    int initialWindowBytes() {
        return initialWindowBytes;
    }

    int maxFrameBytes() {
        return maxFrameBytes;
    }

    void read(byte[] bytes, int offset, int length) {
        if (length % 6 != 0) {
            throw new Http2Exception("SETTINGS of " + length + " bytes");
        }
        for (int at = offset; at < offset + length; at += 6) {
            int value = Frames.uint32(bytes, at + 2);
            switch (Frames.uint16(bytes, at)) {
                case Frames.SETTINGS_HEADER_TABLE_SIZE -> headerTableBytes = value < 0 ? Integer.MAX_VALUE : value;
                case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> maxConcurrentStreams = Integer.toUnsignedLong(value);
                case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> initialWindowBytes = within(value, 0, Integer.MAX_VALUE);
                case Frames.SETTINGS_MAX_FRAME_SIZE ->
                    maxFrameBytes = within(value, Frames.DEFAULT_MAX_FRAME_BYTES, (1 << 24) - 1);
                default -> {} // unknown settings are to be ignored
            }
        }
    }

    private static int within(int value, int least, int most) {
        if (value < least || value > most) {
            throw new Http2Exception("SETTINGS value " + Integer.toUnsignedString(value) + " is out of range");
        }
        return value;
    }
}
