package io.metastore.server.audit;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON lines as bytes. Grows as it must and is used again, so that a line costs no garbage. One thread at a time. */
final class LineBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_NUMBER_BYTES = 20;
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] bytes = new byte[8 << 10];
    private int size;

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Forgets what comes after the first so many bytes. */
    void truncate(int length) {
        size = length;
        if (length == 0 && bytes.length > KEPT_BYTES) {
            bytes = new byte[8 << 10];
        }
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    /** What is ASCII and valid JSON as it is. */
    LineBuffer raw(String text) {
        int length = text.length();
        room(length);
        for (int i = 0; i < length; i++) {
            bytes[size + i] = (byte) text.charAt(i);
        }
        size += length;
        return this;
    }

    private void put(int octet) {
        bytes[size++] = (byte) octet;
    }

    LineBuffer number(long value) {
        room(MAX_NUMBER_BYTES);
        if (value < 0) {
            return raw(Long.toString(value));
        }
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits(value, digits);
    }

    /** The last digits of a number that is not negative, with zeros in front. */
    LineBuffer digits(long value, int digits) {
        room(digits);
        long rest = value;
        for (int i = size + digits - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += digits;
        return this;
    }

    /** A quoted text. */
    LineBuffer text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        room(2 + 6 * utf8.length);
        put('"');
        for (byte octet : utf8) {
            if (octet == '"' || octet == '\\') {
                put('\\');
                put(octet);
            } else if ((octet >= 0 && octet < 0x20) || octet == 0x7f) {
                raw("\\u00").hex(octet);
            } else {
                put(octet);
            }
        }
        put('"');
        return this;
    }

    /** A quoted key: bytes that are no printable ASCII are {@code \xNN}, a backslash is two; JSON doubles each. */
    LineBuffer key(ByteString key, int length) {
        room(2 + 5 * length);
        put('"');
        for (int i = 0; i < length; i++) {
            byte octet = key.byteAt(i);
            if (octet == '\\') {
                raw("\\\\\\\\");
            } else if (octet == '"') {
                raw("\\\"");
            } else if (octet < 0x20 || octet == 0x7f) {
                raw("\\\\x").hex(octet);
            } else {
                put(octet);
            }
        }
        put('"');
        return this;
    }

    private void hex(byte octet) {
        put(HEX[(octet >> 4) & 0xf]);
        put(HEX[octet & 0xf]);
    }
}
