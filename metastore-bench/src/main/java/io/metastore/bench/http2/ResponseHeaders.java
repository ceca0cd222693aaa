package io.metastore.bench.http2;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the header blocks of one connection. Servers send the same two blocks, headers and trailers, over and over: a
 * block that left the HPACK table alone means the same again until the table changes, so it is compared, not decoded.
 */
final class ResponseHeaders {
    /** What a client must know of a block. A status of -1: the block has none. */
    record Block(int httpStatus, int grpcStatus, String message) {}

    private static final class Seen {
        final byte[] bytes;
        final Block meaning;

        Seen(byte[] bytes, Block meaning) {
            this.bytes = bytes;
            this.meaning = meaning;
        }
    }

    private static final int REMEMBERED = 4;
    private static final int MAX_REMEMBERED_BYTES = 256;

    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 256 * 1024);
    private final List<Seen> seen = new ArrayList<>(REMEMBERED);

    Block decode(byte[] bytes, int offset, int length) {
        for (int i = 0; i < seen.size(); i++) {
            Seen before = seen.get(i);
            if (Arrays.equals(before.bytes, 0, before.bytes.length, bytes, offset, offset + length)) {
                return before.meaning;
            }
        }
        boolean tableChanges = changesTable(bytes, offset, length);
        Block block = decodeFully(bytes, offset, length);
        if (tableChanges) {
            seen.clear();
        } else if (length <= MAX_REMEMBERED_BYTES && seen.size() < REMEMBERED) {
            seen.add(new Seen(Arrays.copyOfRange(bytes, offset, offset + length), block));
        }
        return block;
    }

    private Block decodeFully(byte[] bytes, int offset, int length) {
        Http2Headers headers;
        try {
            headers = decoder.decodeHeaders(0, Unpooled.wrappedBuffer(bytes, offset, length));
        } catch (io.netty.handler.codec.http2.Http2Exception e) {
            throw new Http2Exception("undecodable header block: " + e.getMessage());
        }
        return new Block(
                number(headers.get(":status")), number(headers.get("grpc-status")), text(headers.get("grpc-message")));
    }

    /** True if the block inserts into or resizes the table, and for what cannot be read. */
    static boolean changesTable(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (at >= 0 && at < end) {
            int first = bytes[at] & 0xff;
            if (first >= 0x80) {
                at = skipInteger(bytes, at, end, 7);
            } else if (first >= 0x20) {
                return true;
            } else {
                boolean newName = (first & 0x0f) == 0;
                at = skipInteger(bytes, at, end, 4);
                at = newName ? skipString(bytes, at, end) : at;
                at = skipString(bytes, at, end);
            }
        }
        return at != end;
    }

    private static int skipString(byte[] bytes, int at, int end) {
        if (at < 0 || at >= end) {
            return -1;
        }
        int length = bytes[at] & 0x7f;
        int next = at + 1;
        if (length == 0x7f) {
            for (int shift = 0; ; shift += 7) {
                if (next >= end || shift > 21) {
                    return -1;
                }
                int more = bytes[next++] & 0xff;
                length += (more & 0x7f) << shift;
                if (more < 0x80) {
                    break;
                }
            }
        }
        return length <= end - next ? next + length : -1;
    }

    private static int skipInteger(byte[] bytes, int at, int end, int prefixBits) {
        int limit = (1 << prefixBits) - 1;
        int next = at + 1;
        if ((bytes[at] & limit) < limit) {
            return next;
        }
        while (next < end) {
            if ((bytes[next++] & 0x80) == 0) {
                return next;
            }
        }
        return -1;
    }

    private static int number(@Nullable CharSequence text) {
        if (text == null) {
            return -1;
        }
        try {
            return Integer.parseInt(text, 0, text.length(), 10);
        } catch (NumberFormatException e) {
            throw new Http2Exception("not a status: " + text);
        }
    }

    /** Undoes the percent encoding of a grpc-message. */
    private static String text(@Nullable CharSequence encoded) {
        if (encoded == null) {
            return "";
        }
        byte[] in = encoded.toString().getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[in.length];
        int size = 0;
        for (int i = 0; i < in.length; i++) {
            int high = i + 2 < in.length && in[i] == '%' ? Character.digit(in[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(in[i + 2], 16) : -1;
            if (low >= 0) {
                out[size++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                out[size++] = in[i];
            }
        }
        return new String(out, 0, size, StandardCharsets.UTF_8);
    }
}
