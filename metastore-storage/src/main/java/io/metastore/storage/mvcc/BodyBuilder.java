package io.metastore.storage.mvcc;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Puts a {@link ResponseBody} together from small fields and from stored bytes, which it refers to and does not copy.
 * Fields are written in the order of the calls; zeros and falses are left out, as proto3 wants. What becomes too large to be
 * sent is only measured. One use, one thread.
 */
public final class BodyBuilder {
    private static final int WIRE_VARINT = 0;
    private static final int WIRE_BYTES = 2;

    private byte[][] parts;
    private int[] offsets;
    private int[] lengths;
    private int count;
    private long size;

    private byte[] small = new byte[64];
    private int smallStart;
    private int smallEnd;

    public BodyBuilder() {
        this(2);
    }

    /** @param expectedParts how many stored values it will refer to, about */
    public BodyBuilder(int expectedParts) {
        parts = new byte[2 * expectedParts + 1][];
        offsets = new int[parts.length];
        lengths = new int[parts.length];
    }

    public BodyBuilder bool(int field, boolean value) {
        return varint(field, value ? 1 : 0);
    }

    public BodyBuilder varint(int field, long value) {
        if (value != 0) {
            tag(field, WIRE_VARINT);
            number(value);
        }
        return this;
    }

    /** The marshaled KeyValue of a live head. */
    public BodyBuilder message(int field, Head head) {
        Head full = head.full();
        return message(field, full.buffer(), full.offset(), full.keyValueLength());
    }

    public BodyBuilder message(int field, byte[] bytes) {
        return message(field, bytes, 0, bytes.length);
    }

    public BodyBuilder message(int field, byte[] bytes, int offset, int length) {
        tag(field, WIRE_BYTES);
        number(length);
        append(bytes, offset, length);
        return this;
    }

    /** A message of which the first fields are given as bytes and the others as a body. */
    public BodyBuilder message(int field, byte[] header, ResponseBody rest) {
        tag(field, WIRE_BYTES);
        number(header.length + rest.size());
        append(header, 0, header.length);
        return body(rest);
    }

    /** Fields that are marshaled already. */
    public BodyBuilder raw(byte[] fields) {
        append(fields, 0, fields.length);
        return this;
    }

    BodyBuilder raw(byte[] fields, int offset, int length) {
        append(fields, offset, length);
        return this;
    }

    /** The fields of another body. */
    public BodyBuilder body(ResponseBody that) {
        if (that instanceof Parts other) {
            if (other.size > ResponseBody.MAX_BYTES) {
                size += other.size;
            }
            for (int i = 0; i < other.parts.length; i++) {
                append(other.parts[i], other.offsets[i], other.lengths[i]);
            }
        } else if (that instanceof SingleBody single) {
            single.appendTo(this);
        } else {
            byte[] bytes = that.toByteArray();
            append(bytes, 0, bytes.length);
        }
        return this;
    }

    public ResponseBody build() {
        endSmall();
        if (size > ResponseBody.MAX_BYTES) {
            count = 0;
        }
        return new Parts(
                Arrays.copyOf(parts, count), Arrays.copyOf(offsets, count), Arrays.copyOf(lengths, count), size);
    }

    private void tag(int field, int wireType) {
        number(((long) field << 3) | wireType);
    }

    private void number(long value) {
        if (small.length - smallEnd < 10) {
            endSmall();
            small = new byte[Math.min(8192, 2 * small.length)];
            smallStart = 0;
            smallEnd = 0;
        }
        smallEnd = Varints.put(small, smallEnd, value);
    }

    private void append(byte[] bytes, int offset, int length) {
        if (length > 0) {
            endSmall();
            part(bytes, offset, length);
        }
    }

    private void endSmall() {
        if (smallEnd > smallStart) {
            part(small, smallStart, smallEnd - smallStart);
            smallStart = smallEnd;
        }
    }

    private void part(byte[] bytes, int offset, int length) {
        size += length;
        if (size > ResponseBody.MAX_BYTES) {
            return;
        }
        if (count == parts.length) {
            parts = Arrays.copyOf(parts, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        parts[count] = bytes;
        offsets[count] = offset;
        lengths[count] = length;
        count++;
    }

    private static final class Parts implements ResponseBody {
        private final byte[][] parts;
        private final int[] offsets;
        private final int[] lengths;
        private final long size;

        Parts(byte[][] parts, int[] offsets, int[] lengths, long size) {
            this.parts = parts;
            this.offsets = offsets;
            this.lengths = lengths;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void writeTo(OutputStream target) throws IOException {
            if (size > ResponseBody.MAX_BYTES) {
                throw new IOException("a body of %d bytes, which is more than can be sent".formatted(size));
            }
            for (int i = 0; i < parts.length; i++) {
                target.write(parts[i], offsets[i], lengths[i]);
            }
        }
    }
}
