package io.metastore.bench.http2;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Cuts the incoming bytes into frames. Whole frames are handed on in place; only a frame that was cut by the end of a read
 * is moved. Lives on the connection's event loop.
 */
final class FrameReader {
    /** The payload is only good during the call. */
    interface FrameListener {
        void frame(int type, int flags, int streamId, byte[] bytes, int offset, int length);
    }

    private final FrameListener listener;
    private byte[] bytes = new byte[64 * 1024];
    private int end;

    FrameReader(FrameListener listener) {
        this.listener = listener;
    }

    void read(ByteBuf in) {
        int count = in.readableBytes();
        if (end + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end + count, bytes.length * 2));
        }
        in.readBytes(bytes, end, count);
        end += count;
        int consumed = readFrames();
        System.arraycopy(bytes, consumed, bytes, 0, end - consumed);
        end -= consumed;
    }

    private int readFrames() {
        int at = 0;
        while (end - at >= Frames.HEADER_BYTES) {
            int length = Frames.uint24(bytes, at);
            if (length > Frames.DEFAULT_MAX_FRAME_BYTES) {
                throw new Http2Exception(
                        "frame of " + length + " bytes, the limit is " + Frames.DEFAULT_MAX_FRAME_BYTES);
            }
            int payload = at + Frames.HEADER_BYTES;
            if (end - payload < length) {
                break;
            }
            int streamId = Frames.uint32(bytes, at + 5) & 0x7fffffff;
            listener.frame(bytes[at + 3], bytes[at + 4], streamId, bytes, payload, length);
            at = payload + length;
        }
        return at;
    }
}
