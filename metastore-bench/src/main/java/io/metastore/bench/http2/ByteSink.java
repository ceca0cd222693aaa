package io.metastore.bench.http2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes on their way out: a growing array with the few encodings that HTTP/2, HPACK and protobuf need. One thread. */
public final class ByteSink {
    private byte[] bytes;
    private int size;

    public ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    public int size() {
        return size;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    byte[] array() {
        return bytes;
    }

    void clear() {
        size = 0;
    }

    void truncate(int newSize) {
        size = newSize;
    }

    /** Leaves room for bytes that are set later. */
    void skip(int count) {
        ensure(count);
        size += count;
    }

    public void put(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    public void put(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    public void put(byte[] source) {
        put(source, 0, source.length);
    }

    void ascii(String text) {
        put(text.getBytes(StandardCharsets.US_ASCII));
    }

    void uint16(int value) {
        put(value >>> 8);
        put(value);
    }

    void uint32(int value) {
        ensure(Integer.BYTES);
        setUint32(size, value);
        size += Integer.BYTES;
    }

    void setUint32(int position, int value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    void set(int position, int value) {
        bytes[position] = (byte) value;
    }

    /** A protobuf varint; negative numbers take ten bytes, as an int64 does. */
    public void varint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    public void varintField(int field, long value) {
        varint((long) field << 3);
        varint(value);
    }

    public void bytesField(int field, byte[] source, int offset, int length) {
        varint(((long) field << 3) | 2);
        varint(length);
        put(source, offset, length);
    }

    public void bytesField(int field, byte[] source) {
        bytesField(field, source, 0, source.length);
    }

    /** Starts a nested message whose length the caller knows. */
    public void messageField(int field, int length) {
        varint(((long) field << 3) | 2);
        varint(length);
    }

    public static int varintBytes(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /** Bytes of a length-delimited field with a number below 16. */
    public static int bytesFieldBytes(int length) {
        return 1 + varintBytes(length) + length;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
