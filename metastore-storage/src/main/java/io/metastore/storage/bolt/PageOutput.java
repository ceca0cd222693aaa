package io.metastore.storage.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The written bytes that nobody has taken yet: what one page, or one large value, adds to what a reader asks for at once. */
final class PageOutput implements PageSink {
    private byte[] buffer = new byte[16 * BoltFormat.PAGE_BYTES];
    private int start;
    private int end;
    private long nextId;

    @Override
    public boolean wantsContent() {
        return true;
    }

    @Override
    public long take(OpenPage page) {
        long id = nextId;
        int at = reserve(page.pages());
        page.encode(id, buffer, at);
        return id;
    }

    /** A meta page. */
    void meta(long txid, long rootPage, long freelistPage, long pages) {
        long id = nextId;
        int at = reserve(1);
        ByteBuffer out = header(at, id, BoltFormat.META);
        int contentAt = out.position();
        out.putInt(BoltFormat.MAGIC)
                .putInt(BoltFormat.VERSION)
                .putInt(BoltFormat.PAGE_BYTES)
                .putInt(0);
        out.putLong(rootPage).putLong(0).putLong(freelistPage).putLong(pages).putLong(txid);
        out.putLong(BoltFormat.fnv(buffer, contentAt, BoltFormat.CHECKED_META_BYTES));
    }

    /** The page of a freelist that names no page: there is none in the file that is not used. */
    void emptyFreelist() {
        long id = nextId;
        header(reserve(1), id, BoltFormat.FREELIST);
    }

    long nextId() {
        return nextId;
    }

    int available() {
        return end - start;
    }

    int read(byte[] target, int offset, int length) {
        int bytes = Math.min(length, available());
        System.arraycopy(buffer, start, target, offset, bytes);
        start += bytes;
        return bytes;
    }

    private ByteBuffer header(int at, long id, int kind) {
        ByteBuffer out = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).position(at);
        return out.putLong(id).putShort((short) kind).putShort((short) 0).putInt(0);
    }

    /** Makes room for pages of zeros and returns where. */
    private int reserve(int pages) {
        int bytes = Math.multiplyExact(pages, BoltFormat.PAGE_BYTES);
        int used = end - start;
        if (buffer.length - end < bytes) {
            byte[] target = Math.addExact(used, bytes) <= buffer.length ? buffer : new byte[2 * (used + bytes)];
            System.arraycopy(buffer, start, target, 0, used);
            buffer = target;
            start = 0;
            end = used;
        }
        int at = end;
        end += bytes;
        Arrays.fill(buffer, at, end, (byte) 0);
        nextId += pages;
        return at;
    }
}
