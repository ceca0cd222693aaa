package io.metastore.storage.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A leaf or branch page that is being filled: sizes of its elements and, if wanted, their keys and values. */
final class OpenPage {
    private static final int FIRST_ELEMENTS = 64;
    private static final int LEAST_CHILDREN = 2;

    private final int kind;
    private final boolean withContent;
    private byte[] firstKey = {};
    private int count;
    private long bodyBytes;

    // Of each element: its flags or its child page, and lengths.
    private long[] numbers = {};
    private int[] keyLengths = {};
    private int[] valueLengths = {};
    private byte[] body = {};

    /** @param kind {@link BoltFormat#LEAF} or {@link BoltFormat#BRANCH} */
    OpenPage(int kind, boolean withContent) {
        this.kind = kind;
        this.withContent = withContent;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    byte[] firstKey() {
        return firstKey;
    }

    /** The child of a branch's first element. */
    long firstChild() {
        return numbers[0];
    }

    /**
     * Everything fits an empty page, whatever its size: such a page takes more than one. So do two children a branch, or there
     * would be as many branches as there is below them, level by level.
     */
    boolean fits(int keyLength, int valueLength) {
        int least = kind == BoltFormat.BRANCH ? LEAST_CHILDREN : 1;
        return count < least || bytes() + BoltFormat.ELEMENT_BYTES + keyLength + valueLength <= BoltFormat.PAGE_BYTES;
    }

    /**
     * Adds an element.
     *
     * @param number a leaf element's flags, or a branch element's child page
     * @param value an array that ends with the value; not looked at without content
     */
    void add(long number, byte[] key, byte[] value, int valueLength) {
        if (count == 0) {
            firstKey = key;
        }
        if (count == numbers.length) {
            int more = Math.max(FIRST_ELEMENTS, 2 * count);
            numbers = Arrays.copyOf(numbers, more);
            keyLengths = Arrays.copyOf(keyLengths, more);
            valueLengths = Arrays.copyOf(valueLengths, more);
        }
        numbers[count] = number;
        keyLengths[count] = key.length;
        valueLengths[count] = valueLength;
        if (withContent) {
            int at = (int) bodyBytes;
            int end = Math.addExact(at, key.length + valueLength);
            if (end > body.length) {
                body = Arrays.copyOf(body, Math.max(end, BoltFormat.PAGE_BYTES));
            }
            System.arraycopy(key, 0, body, at, key.length);
            System.arraycopy(value, value.length - valueLength, body, at + key.length, valueLength);
        }
        bodyBytes += key.length + valueLength;
        count++;
    }

    /** How many pages it takes. */
    int pages() {
        return Math.toIntExact((bytes() + BoltFormat.PAGE_BYTES - 1) / BoltFormat.PAGE_BYTES);
    }

    /** Writes the page, as many whole pages as it takes, the rest of which stays as it is. */
    void encode(long id, byte[] target, int offset) {
        ByteBuffer out = ByteBuffer.wrap(target).order(ByteOrder.LITTLE_ENDIAN).position(offset);
        out.putLong(id).putShort((short) kind).putShort((short) count).putInt(pages() - 1);
        int dataAt = count * BoltFormat.ELEMENT_BYTES;
        for (int i = 0; i < count; i++) {
            int position = dataAt - i * BoltFormat.ELEMENT_BYTES;
            if (kind == BoltFormat.LEAF) {
                out.putInt((int) numbers[i])
                        .putInt(position)
                        .putInt(keyLengths[i])
                        .putInt(valueLengths[i]);
            } else {
                out.putInt(position).putInt(keyLengths[i]).putLong(numbers[i]);
            }
            dataAt += keyLengths[i] + valueLengths[i];
        }
        out.put(body, 0, (int) bodyBytes);
    }

    void clear() {
        count = 0;
        bodyBytes = 0;
        firstKey = new byte[0];
        if (body.length > BoltFormat.PAGE_BYTES) {
            body = new byte[0];
        }
    }

    private long bytes() {
        return BoltFormat.HEADER_BYTES + (long) count * BoltFormat.ELEMENT_BYTES + bodyBytes;
    }
}
