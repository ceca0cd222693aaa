package io.metastore.bench.workload;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.MessageEncoder;
import io.metastore.bench.load.ProtoCursor;
import java.util.Arrays;

/** One call to the server: what is asked, and how the reply is judged. */
record Request(Kind kind, MessageEncoder message, ReplyCheck check) {
    private static final int KEY = 1;
    private static final int RANGE_END = 2;
    private static final int LIMIT = 3;
    private static final int REPLY_KVS = 2;
    private static final int KV_VALUE = 5;

    static Request put(byte[] key, byte[] value) {
        return put(key, value, ReplyCheck.NONE);
    }

    static Request put(byte[] key, byte[] value, ReplyCheck check) {
        return new Request(Kind.PUT, out -> putFields(out, key, value), check);
    }

    /** A linearizable get, of a key that may be missing. */
    static Request get(byte[] key) {
        return new Request(Kind.GET, out -> out.bytesField(KEY, key), ReplyCheck.NONE);
    }

    /** A linearizable get that must find exactly this value. */
    static Request get(byte[] key, byte[] expected) {
        ReplyCheck check = (bytes, offset, length) -> {
            ProtoCursor reply = new ProtoCursor().over(bytes, offset, length);
            while (reply.next()) {
                if (reply.field() == REPLY_KVS) {
                    return holds(new ProtoCursor().into(reply), bytes, expected) ? null : "another value than was put";
                }
            }
            return "the key is missing";
        };
        return new Request(Kind.GET, out -> out.bytesField(KEY, key), check);
    }

    private static boolean holds(ProtoCursor kv, byte[] bytes, byte[] expected) {
        while (kv.next()) {
            if (kv.field() == KV_VALUE) {
                return Arrays.equals(bytes, kv.start(), kv.start() + kv.length(), expected, 0, expected.length);
            }
        }
        return expected.length == 0;
    }

    /** All keys of a prefix; a limit of 0 is none. */
    static Request range(byte[] prefix, int limit) {
        return new Request(
                Kind.RANGE,
                out -> {
                    out.bytesField(KEY, prefix);
                    out.bytesField(RANGE_END, endOf(prefix));
                    if (limit > 0) {
                        out.varintField(LIMIT, limit);
                    }
                },
                ReplyCheck.NONE);
    }

    /** The first key behind all that begin with the prefix, whose last byte is not the highest. */
    static byte[] endOf(byte[] prefix) {
        byte[] end = prefix.clone();
        end[end.length - 1]++;
        return end;
    }

    static Request delete(byte[] key) {
        return new Request(Kind.DELETE, out -> out.bytesField(KEY, key), ReplyCheck.NONE);
    }

    static Request compact(long revision, boolean physical) {
        return new Request(
                Kind.COMPACT,
                out -> {
                    out.varintField(1, revision);
                    if (physical) {
                        out.varintField(2, 1);
                    }
                },
                ReplyCheck.NONE);
    }

    static Request putUnderLease(byte[] key, byte[] value, long lease) {
        return new Request(
                Kind.PUT,
                out -> {
                    putFields(out, key, value);
                    out.varintField(3, lease);
                },
                ReplyCheck.NONE);
    }

    /** Of a lease whose id we choose. */
    static Request grant(long lease, long ttlSeconds) {
        return new Request(
                Kind.GRANT,
                out -> {
                    out.varintField(1, ttlSeconds);
                    out.varintField(2, lease);
                },
                ReplyCheck.NONE);
    }

    static Request revoke(long lease) {
        return new Request(Kind.REVOKE, out -> out.varintField(1, lease), ReplyCheck.NONE);
    }

    /** If the key's version is 0, put it, else get it. */
    static Request create(byte[] key, byte[] value, ReplyCheck check) {
        return new Request(
                Kind.TXN,
                out -> {
                    int keyField = ByteSink.bytesFieldBytes(key.length);
                    // Result EQUAL and target VERSION are the defaults; the 0 must be there, as one of several targets.
                    out.messageField(1, keyField + 2);
                    out.bytesField(3, key);
                    out.varintField(4, 0);
                    int put = keyField + ByteSink.bytesFieldBytes(value.length);
                    out.messageField(2, ByteSink.bytesFieldBytes(put));
                    out.messageField(2, put);
                    putFields(out, key, value);
                    out.messageField(3, ByteSink.bytesFieldBytes(keyField));
                    out.messageField(1, keyField);
                    out.bytesField(KEY, key);
                },
                check);
    }

    private static void putFields(ByteSink out, byte[] key, byte[] value) {
        out.bytesField(KEY, key);
        out.bytesField(2, value);
    }
}
