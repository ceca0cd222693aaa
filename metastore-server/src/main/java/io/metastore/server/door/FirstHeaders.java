package io.metastore.server.door;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/**
 * Looks into the first request of an HTTP/2 connection whether it is gRPC's. Consumes nothing: whoever serves the connection
 * reads the same bytes. One client speaks one of both, so the first request stands for all (in etcd each is asked).
 */
final class FirstHeaders {
    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final long MAX_HEADER_BYTES = 16 << 10;
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");

    enum Verdict {
        UNKNOWN,
        GRPC,
        OTHER,
        MALFORMED
    }

    /** A frame that says nothing but that an HTTP/2 server is there. */
    static ByteBuf emptySettings() {
        return Unpooled.wrappedBuffer(new byte[] {0, 0, 0, Http2FrameTypes.SETTINGS, 0, 0, 0, 0, 0});
    }

    /** What all bytes since the connection's first tell. */
    Verdict read(ByteBuf bytes) {
        ByteBuf rest = bytes.duplicate();
        if (rest.readableBytes() < PREFACE_BYTES) {
            return Verdict.UNKNOWN;
        }
        rest.skipBytes(PREFACE_BYTES);
        ByteBuf block = Unpooled.buffer();
        boolean inHeaders = false;
        while (rest.readableBytes() >= FRAME_HEADER_BYTES) {
            int length = rest.readUnsignedMedium();
            byte type = rest.readByte();
            Http2Flags flags = new Http2Flags(rest.readUnsignedByte());
            rest.skipBytes(Integer.BYTES);
            if (inHeaders && type != Http2FrameTypes.CONTINUATION) {
                return Verdict.MALFORMED;
            }
            if (rest.readableBytes() < length) {
                return Verdict.UNKNOWN;
            }
            ByteBuf payload = rest.readSlice(length);
            if (type == Http2FrameTypes.HEADERS) {
                inHeaders = true;
                if (!appendFragment(payload, flags, block)) {
                    return Verdict.MALFORMED;
                }
            } else if (inHeaders) {
                block.writeBytes(payload);
            }
            if (inHeaders && flags.endOfHeaders()) {
                return verdict(block);
            }
        }
        return Verdict.UNKNOWN;
    }

    /** The payload without padding and priority (RFC 9113, 6.2). */
    private static boolean appendFragment(ByteBuf payload, Http2Flags flags, ByteBuf block) {
        int lead = flags.getPaddingPresenceFieldLength() + flags.getNumPriorityBytes();
        if (payload.readableBytes() < lead) {
            return false;
        }
        int padding = flags.paddingPresent() ? payload.getUnsignedByte(payload.readerIndex()) : 0;
        int length = payload.readableBytes() - lead - padding;
        if (length < 0) {
            return false;
        }
        block.writeBytes(payload, payload.readerIndex() + lead, length);
        return true;
    }

    private static Verdict verdict(ByteBuf block) {
        try {
            Http2Headers headers = new DefaultHttp2HeadersDecoder(false, MAX_HEADER_BYTES).decodeHeaders(1, block);
            CharSequence contentType = headers.get(CONTENT_TYPE);
            return contentType != null && AsciiString.contains(contentType, GRPC) ? Verdict.GRPC : Verdict.OTHER;
        } catch (Http2Exception malformed) {
            return Verdict.MALFORMED;
        }
    }
}
