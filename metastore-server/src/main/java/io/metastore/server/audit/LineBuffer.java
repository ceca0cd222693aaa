package io.metastore.server.audit;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON lines as bytes. Grows as it must and is used again, so that a line costs no garbage. One thread at a time. */
final class LineBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_NUMBER_BYTES = 20;
    /** What stands in a quoted text as it is. */
    private static final boolean[] PLAIN = plain();

    private byte[] bytes;
    private int size;

    LineBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    private static boolean[] plain() {
        boolean[] plain = new boolean[1 << Byte.SIZE];
        Arrays.fill(plain, ' ', 0x7f, true);
        plain['"'] = false;
        plain['\\'] = false;
        return plain;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Forgets what comes after the first so many bytes. */
    void truncate(int length) {
        size = length;
    }

    /** Gives memory back that longer lines took. */
    void shrinkTo(int capacity) {
        if (bytes.length > capacity) {
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    /** What is ASCII and valid JSON as it is. */
    @SuppressWarnings("deprecation") // it takes the low byte of each character, which is all that ASCII has, as a block
    LineBuffer raw(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, bytes, size);
        size += length;
        return this;
    }

    LineBuffer raw(byte[] json) {
        room(json.length);
        System.arraycopy(json, 0, bytes, size, json.length);
        size += json.length;
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
        (length == key.size() ? key : key.substring(0, length)).copyTo(bytes, size);
        int end = size + length;
        while (size < end && PLAIN[bytes[size] & 0xff]) {
            size++;
        }
        for (int i = length - (end - size); i < length; i++) {
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
