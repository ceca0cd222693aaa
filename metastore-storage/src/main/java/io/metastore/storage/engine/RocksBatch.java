package io.metastore.storage.engine;

import java.util.Arrays;

/**
 * A batch in RocksDB's own serialized form, built on the heap: it crosses into native code once, not once per operation.
 *
 * <p>The form: sequence (8 bytes, zero), count (4, little-endian), then per operation a tag, the column family, and the key
 * and value with their lengths; numbers are base-128.
 */
final class RocksBatch implements EngineBatch {
    private static final int HEADER_BYTES = 12;
    private static final int COUNT_OFFSET = 8;
    private static final byte TAG_DELETION = 4;
    private static final byte TAG_VALUE = 5;
    private static final int MAX_KEPT_BYTES = 4 << 20;

    private byte[] bytes = new byte[16 << 10];
    private int end = HEADER_BYTES;
    private int operations;

    @Override
    public void put(Bucket bucket, byte[] key, byte[] value) {
        begin(TAG_VALUE, bucket, key, value.length);
        number(value.length);
        append(value, value.length);
    }

    @Override
    public void put(Bucket bucket, byte[] key, byte[] head, int headLength, byte[] rest) {
        int length = headLength + rest.length;
        begin(TAG_VALUE, bucket, key, length);
        number(length);
        append(head, headLength);
        append(rest, rest.length);
    }

    @Override
    public void delete(Bucket bucket, byte[] key) {
        begin(TAG_DELETION, bucket, key, 0);
    }

    @Override
    public int operations() {
        return operations;
    }

    @Override
    public int bytes() {
        return end;
    }

    @Override
    public void clear() {
        if (bytes.length > MAX_KEPT_BYTES) {
            bytes = new byte[MAX_KEPT_BYTES];
        }
        end = HEADER_BYTES;
        operations = 0;
    }

    byte[] serialized() {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[COUNT_OFFSET + i] = (byte) (operations >>> (8 * i));
        }
        return Arrays.copyOf(bytes, end);
    }

    private void begin(byte tag, Bucket bucket, byte[] key, int valueLength) {
        ensure(key.length, valueLength);
        bytes[end++] = tag;
        number(bucket.id());
        number(key.length);
        append(key, key.length);
        operations++;
    }

    private void append(byte[] source, int length) {
        System.arraycopy(source, 0, bytes, end, length);
        end += length;
    }

    private void number(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            bytes[end++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[end++] = (byte) rest;
    }

    private void ensure(int keyLength, int valueLength) {
        long needed = (long) end + keyLength + valueLength + 16;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new EngineException("a batch of more than 2 GiB");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.length)));
        }
    }
}
