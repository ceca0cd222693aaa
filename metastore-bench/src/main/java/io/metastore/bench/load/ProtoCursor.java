package io.metastore.bench.load;

/** Walks the fields of one protobuf message in place, and allocates nothing. One thread. */
public final class ProtoCursor {
    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private int field;
    private long number;
    private int start;
    private int length;

    public ProtoCursor over(byte[] message, int offset, int size) {
        bytes = message;
        at = offset;
        end = offset + size;
        return this;
    }

    /** The message inside the field that another cursor stands on. */
    public ProtoCursor into(ProtoCursor outer) {
        return over(outer.bytes, outer.start, outer.length);
    }

    /** Moves to the next field; false at the end. */
    public boolean next() {
        if (at >= end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        switch ((int) tag & 7) {
            case 0 -> number = varint();
            case 1 -> at += Long.BYTES;
            case 2 -> {
                length = (int) varint();
                start = at;
                at += length;
            }
            case 5 -> at += Integer.BYTES;
            default -> throw new IllegalStateException("wire type " + (tag & 7) + " of field " + field);
        }
        if (at > end || length < 0) {
            throw new IllegalStateException("field " + field + " goes beyond its message");
        }
        return true;
    }

    public int field() {
        return field;
    }

    /** Of a varint field. */
    public long number() {
        return number;
    }

    /** Of a length-delimited field: where its bytes are. */
    public int start() {
        return start;
    }

    public int length() {
        return length;
    }

    /** Eight bytes, big-endian. */
    static long longAt(byte[] bytes, int start) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (bytes[start + i] & 0xff);
        }
        return value;
    }

    /** The first number of the given field in the message, 0 if absent. */
    public long find(int wanted) {
        while (next()) {
            if (field == wanted) {
                return number;
            }
        }
        return 0;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("varint of more than ten bytes");
    }
}
