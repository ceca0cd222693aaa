package io.metastore.storage.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a meta page says of its file; of the two, the valid one with the higher txid counts. */
record BoltMeta(int pageBytes, long rootPage, long freelistPage, long pages, long txid) {
    private static final int LEAST_PAGE_BYTES = 512;
    private static final int MOST_PAGE_BYTES = 64 << 10;

    /**
     * Reads the content of a meta page. The texts are bbolt's (bbolt: errors/errors.go), which operators know.
     *
     * @param page a page, header included, or its start
     */
    static BoltMeta decode(byte[] page) throws BoltException {
        ByteBuffer in = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        if (page.length < BoltFormat.HEADER_BYTES + BoltFormat.META_BYTES) {
            throw new BoltException("file size too small");
        }
        in.position(BoltFormat.HEADER_BYTES);
        if (in.getInt() != BoltFormat.MAGIC) {
            throw new BoltException("invalid database");
        }
        if (in.getInt() != BoltFormat.VERSION) {
            throw new BoltException("version mismatch");
        }
        int pageBytes = in.getInt();
        in.getInt(); // flags, of which there are none
        long rootPage = in.getLong();
        in.getLong(); // the root bucket's sequence
        long freelistPage = in.getLong();
        long pages = in.getLong();
        long txid = in.getLong();
        if (in.getLong() != BoltFormat.fnv(page, BoltFormat.HEADER_BYTES, BoltFormat.CHECKED_META_BYTES)) {
            throw new BoltException("checksum error");
        }
        if (pageBytes < LEAST_PAGE_BYTES || pageBytes > MOST_PAGE_BYTES || Integer.bitCount(pageBytes) != 1) {
            throw new BoltException("invalid database: pages of %d bytes".formatted(pageBytes));
        }
        return new BoltMeta(pageBytes, rootPage, freelistPage, pages, txid);
    }
}
