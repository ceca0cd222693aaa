package io.metastore.storage.mvcc;

/** Protobuf's base-128 numbers, in their shortest form. */
final class Varints {
    static final int MAX_BYTES = 10;

    private Varints() {}

    /** Bytes that {@code value} takes: how far to go on after {@link #get}. */
    static int size(long value) {
        // 1 + floor(log128(value)), without a division: 9/64 is close enough to 1/7 for 64 bits.
        return (Long.SIZE * 9 + 64 - Long.numberOfLeadingZeros(value) * 9) >>> 6;
    }

    /** Writes {@code value} and returns the position behind it. */
    static int put(byte[] target, int position, long value) {
        int at = position;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }

    static long get(byte[] source, int position) {
        byte first = source[position];
        if (first >= 0) {
            return first;
        }
        long value = first & 0x7f;
        for (int i = 1; i < MAX_BYTES; i++) {
            byte next = source[position + i];
            value |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("damaged record: a number without an end");
    }
}
