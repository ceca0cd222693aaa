package io.metastore.bench.http2;

import java.util.ArrayList;
import java.util.List;

/**
 * The HPACK side of our requests on one connection: the first call of a method puts its fields into the server's table,
 * as every gRPC client does, and each later one is seven bytes. Nothing is ever evicted: a load uses a handful of methods.
 */
final class RequestHeaders {
    /** A server that allows less than the usual table must be told that we agree, before anything else. */
    private static final int TABLE_OF_ZERO_BYTES = 0x20;

    private static final int METHOD_POST = 0x80 | 3;
    private static final int SCHEME_HTTP = 0x80 | 6;
    private static final int SCHEME_HTTPS = 0x80 | 7;
    private static final int AUTHORITY = 1;
    private static final int PATH = 4;
    private static final int CONTENT_TYPE = 31;
    private static final int NEW_NAME = 0;
    private static final int STATIC_ENTRIES = 61;

    private final String authority;
    private final Access access;
    private final boolean indexed;
    private boolean tableGivenUp;
    private final List<String> inserted = new ArrayList<>();

    RequestHeaders(String authority, Access access, int headerTableBytes) {
        this.authority = authority;
        this.access = access;
        this.indexed = headerTableBytes >= Frames.DEFAULT_HEADER_TABLE_BYTES;
    }

    /** A whole HEADERS frame. */
    void write(ByteSink out, int streamId, String path) {
        int at = out.size();
        out.skip(Frames.HEADER_BYTES);
        if (!indexed && !tableGivenUp) {
            out.put(TABLE_OF_ZERO_BYTES);
            tableGivenUp = true;
        }
        out.put(METHOD_POST);
        out.put(access.tls() == null ? SCHEME_HTTP : SCHEME_HTTPS);
        field(out, PATH, "", path);
        field(out, AUTHORITY, "", authority);
        field(out, CONTENT_TYPE, "", "application/grpc");
        field(out, NEW_NAME, "te", "trailers");
        if (!access.token().isEmpty()) {
            field(out, NEW_NAME, "token", access.token());
        }
        int length = out.size() - at - Frames.HEADER_BYTES;
        Frames.setHeader(out, at, length, Frames.HEADERS, Frames.END_HEADERS, streamId);
    }

    private void field(ByteSink out, int nameIndex, String name, String value) {
        if (indexed) {
            for (int i = 0; i < inserted.size(); i++) {
                if (inserted.get(i).equals(value)) {
                    out.put(0x80 | (STATIC_ENTRIES + inserted.size() - i));
                    return;
                }
            }
            if (inserted.size() < 32) {
                inserted.add(value);
                out.put(0x40 | nameIndex);
                literal(out, nameIndex, name, value);
                return;
            }
        }
        if (nameIndex < 15) {
            out.put(nameIndex);
        } else {
            out.put(15);
            out.put(nameIndex - 15);
        }
        literal(out, nameIndex, name, value);
    }

    private static void literal(ByteSink out, int nameIndex, String name, String value) {
        if (nameIndex == NEW_NAME) {
            string(out, name);
        }
        string(out, value);
    }

    private static void string(ByteSink out, String text) {
        if (text.length() >= 127) {
            throw new IllegalArgumentException("header value too long: " + text);
        }
        out.put(text.length());
        out.ascii(text);
    }
}
