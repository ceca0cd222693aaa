package io.metastore.storage.mvcc;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** The body of the commonest answer: one stored KeyValue, and a count of one. */
final class SingleBody implements ResponseBody {
    private static final byte KVS = (2 << 3) | 2;
    private static final byte[] COUNT_OF_ONE = {4 << 3, 1};

    private final byte[] start;
    private final byte[] buffer;
    private final int offset;
    private final int length;

    private SingleBody(byte[] start, byte[] buffer, int offset, int length) {
        this.start = start;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
    }

    static SingleBody of(Head head) {
        int length = head.keyValueLength();
        byte[] start = new byte[1 + Varints.size(length)];
        start[0] = KVS;
        Varints.put(start, 1, length);
        return new SingleBody(start, head.buffer(), head.offset(), length);
    }

    @Override
    public long size() {
        return (long) start.length + length + COUNT_OF_ONE.length;
    }

    @Override
    public void writeTo(OutputStream target) throws IOException {
        target.write(start);
        target.write(buffer, offset, length);
        target.write(COUNT_OF_ONE);
    }

    void appendTo(BodyBuilder body) {
        body.raw(start).raw(buffer, offset, length).raw(COUNT_OF_ONE);
    }

    @Override
    public String toString() {
        return Arrays.toString(toByteArray());
    }
}
