package io.metastore.storage.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * A bbolt database file, read only. What is read is checked on the way: a damaged file ends in a {@link BoltException}, whatever
 * is wrong with it. Belongs to one thread.
 */
public final class BoltFile implements AutoCloseable {
    private static final int LEAST_PAGE_BYTES = 1 << 10;
    private static final int PAGE_SIZES = 7;

    private final FileChannel channel;
    private final BoltMeta meta;
    private final BitSet free;

    private BoltFile(FileChannel channel, BoltMeta meta) throws IOException {
        this.channel = channel;
        this.meta = meta;
        this.free = readFreelist();
    }

    /**
     * Opens a file and finds its newest valid meta page. What follows the last page, a checksum perhaps, is not looked at.
     *
     * @throws BoltException if it is no database, or shorter than it says
     */
    public static BoltFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            BoltMeta meta = newestMeta(channel);
            long fits = channel.size() / meta.pageBytes();
            if (meta.pages() <= BoltFormat.META_PAGES || meta.pages() > Math.min(fits, Integer.MAX_VALUE)) {
                throw new BoltException("file size too small: %d pages of %d bytes, but the database has %d"
                        .formatted(fits, meta.pageBytes(), meta.pages()));
            }
            return new BoltFile(channel, meta);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Length of the database; the file may be longer. */
    public long totalBytes() {
        return meta.pages() * meta.pageBytes();
    }

    /** Tells of all buckets and of all that is in them, in order, and checks the structure of the whole tree. */
    public void walk(BoltVisitor visitor) throws IOException {
        new TreeWalk(this).walk(meta.rootPage(), visitor);
    }

    /** The pages that there are, metas included. */
    int pages() {
        return (int) meta.pages();
    }

    /** A branch or leaf page with those that follow as part of it. */
    BoltPage page(long id, BitSet seen) throws IOException {
        byte[] first = read(id, 1);
        ByteBuffer header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
        long named = header.getLong();
        long more = Integer.toUnsignedLong(header.getInt(BoltFormat.HEADER_BYTES - Integer.BYTES));
        if (named != id) {
            throw new BoltException("page %d: says that it is page %d".formatted(id, named));
        }
        if (id + more >= meta.pages()) {
            throw new BoltException("page %d: out of bounds: %d".formatted(id + more, meta.pages()));
        }
        for (long part = id; part <= id + more; part++) {
            if (seen.get((int) part)) {
                throw new BoltException("page %d: multiple references".formatted(part));
            }
            if (free.get((int) part)) {
                throw new BoltException("page %d: reachable freed".formatted(part));
            }
            seen.set((int) part);
        }
        return new BoltPage(id, more == 0 ? first : read(id, more + 1));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private byte[] read(long id, long count) throws IOException {
        if (id < BoltFormat.META_PAGES || id >= meta.pages() || count > meta.pages() - id) {
            throw new BoltException("page %d: out of bounds: %d".formatted(id, meta.pages()));
        }
        long length = count * meta.pageBytes();
        if (length > Integer.MAX_VALUE - 8) {
            throw new BoltException("page %d: %d bytes are too many for a page".formatted(id, length));
        }
        byte[] bytes = new byte[(int) length];
        if (read(channel, id * meta.pageBytes(), bytes) < bytes.length) {
            throw new BoltException("page %d: the file has become shorter".formatted(id));
        }
        return bytes;
    }

    private static int read(FileChannel channel, long offset, byte[] target) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {}
        return buffer.position();
    }

    /** The first meta tells how large pages are, and with that where the second is; without it all sizes are tried. */
    private static BoltMeta newestMeta(FileChannel channel) throws IOException {
        BoltException wrong;
        BoltMeta first = null;
        try {
            first = metaAt(channel, 0);
            wrong = null;
        } catch (BoltException damaged) {
            wrong = damaged;
        }
        for (int i = 0; i < PAGE_SIZES; i++) {
            int pageBytes = first == null ? LEAST_PAGE_BYTES << i : first.pageBytes();
            try {
                BoltMeta second = metaAt(channel, pageBytes);
                if (second.pageBytes() == pageBytes) {
                    return first == null || second.txid() > first.txid() ? second : first;
                }
            } catch (BoltException damagedToo) {
                // the other one counts, or there is none
            }
        }
        if (first == null && wrong != null) {
            throw wrong;
        }
        if (first == null) {
            throw new BoltException("invalid database");
        }
        return first;
    }

    private static BoltMeta metaAt(FileChannel channel, long offset) throws IOException {
        byte[] page = new byte[BoltFormat.HEADER_BYTES + BoltFormat.META_BYTES];
        if (read(channel, offset, page) < page.length) {
            throw new BoltException("file size too small");
        }
        return BoltMeta.decode(page);
    }

    private BitSet readFreelist() throws IOException {
        BitSet pages = new BitSet();
        if (meta.freelistPage() == BoltFormat.NO_FREELIST) {
            return pages;
        }
        ByteBuffer list = ByteBuffer.wrap(read(meta.freelistPage(), 1)).order(ByteOrder.LITTLE_ENDIAN);
        int kind = Short.toUnsignedInt(list.getShort(Long.BYTES));
        if (kind != BoltFormat.FREELIST) {
            throw new BoltException(
                    "page %d: invalid type: %#x where the freelist belongs".formatted(meta.freelistPage(), kind));
        }
        long more = Integer.toUnsignedLong(list.getInt(BoltFormat.HEADER_BYTES - Integer.BYTES));
        list = ByteBuffer.wrap(read(meta.freelistPage(), more + 1)).order(ByteOrder.LITTLE_ENDIAN);
        long count = Short.toUnsignedInt(list.getShort(Long.BYTES + Short.BYTES));
        list.position(BoltFormat.HEADER_BYTES);
        if (count == BoltFormat.COUNT_FOLLOWS) {
            count = list.getLong();
        }
        if (count < 0 || count > list.remaining() / Long.BYTES) {
            throw new BoltException("page %d: %d free pages do not fit".formatted(meta.freelistPage(), count));
        }
        for (long i = 0; i < count; i++) {
            long id = list.getLong();
            if (id < BoltFormat.META_PAGES || id >= meta.pages()) {
                throw new BoltException("page %d: out of bounds: %d".formatted(id, meta.pages()));
            }
            pages.set((int) id);
        }
        return pages;
    }
}
