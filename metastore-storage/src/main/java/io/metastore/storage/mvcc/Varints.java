package io.metastore.storage.mvcc;

/** Protobuf's base-128 numbers. */
final class Varints {

    private Varints() {}

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
}
