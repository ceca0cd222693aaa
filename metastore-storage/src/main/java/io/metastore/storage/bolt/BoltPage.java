package io.metastore.storage.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A branch or leaf page as it was read. Whatever its numbers say, nothing outside of its bytes is looked at. */
final class BoltPage {
    private final long id;
    private final byte[] bytes;
    private final ByteBuffer numbers;
    private final int kind;
    private final int count;

    /** @param bytes the whole page with those that follow as part of it; of a bucket kept in its entry, the value from there on */
    BoltPage(long id, byte[] bytes) throws BoltException {
        this.id = id;
        this.bytes = bytes;
        this.numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < BoltFormat.HEADER_BYTES) {
            throw new BoltException("page %d: %d bytes are no page".formatted(id, bytes.length));
        }
        this.kind = Short.toUnsignedInt(numbers.getShort(Long.BYTES));
        this.count = Short.toUnsignedInt(numbers.getShort(Long.BYTES + Short.BYTES));
        if (kind != BoltFormat.BRANCH && kind != BoltFormat.LEAF) {
            throw new BoltException("page %d: invalid type: %#x".formatted(id, kind));
        }
        if (BoltFormat.HEADER_BYTES + (long) count * BoltFormat.ELEMENT_BYTES > bytes.length) {
            throw new BoltException("page %d: %d elements do not fit %d bytes".formatted(id, count, bytes.length));
        }
        if (kind == BoltFormat.BRANCH && count == 0) {
            throw new BoltException("page %d: a branch without children".formatted(id));
        }
    }

    long id() {
        return id;
    }

    boolean isLeaf() {
        return kind == BoltFormat.LEAF;
    }

    int count() {
        return count;
    }

    byte[] key(int index) throws BoltException {
        int at = elementAt(index);
        return isLeaf() ? slice(at, Integer.BYTES, 0, 2 * Integer.BYTES) : slice(at, 0, 0, Integer.BYTES);
    }

    /** Of a leaf. */
    byte[] value(int index) throws BoltException {
        int at = elementAt(index);
        long keyLength = Integer.toUnsignedLong(numbers.getInt(at + 2 * Integer.BYTES));
        return slice(at, Integer.BYTES, keyLength, 3 * Integer.BYTES);
    }

    /** Of a leaf: whether the value is a bucket. */
    boolean isBucket(int index) {
        return (numbers.getInt(elementAt(index)) & BoltFormat.IS_BUCKET) != 0;
    }

    /** Of a branch. */
    long child(int index) {
        return numbers.getLong(elementAt(index) + 2 * Integer.BYTES);
    }

    private static int elementAt(int index) {
        return BoltFormat.HEADER_BYTES + index * BoltFormat.ELEMENT_BYTES;
    }

    private byte[] slice(int element, int positionAt, long skipped, int lengthAt) throws BoltException {
        long from = element + Integer.toUnsignedLong(numbers.getInt(element + positionAt)) + skipped;
        long to = from + Integer.toUnsignedLong(numbers.getInt(element + lengthAt));
        if (to > bytes.length) {
            throw new BoltException("page %d: an element reaches to byte %d of %d".formatted(id, to, bytes.length));
        }
        return Arrays.copyOfRange(bytes, (int) from, (int) to);
    }
}
