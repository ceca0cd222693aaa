package io.metastore.storage.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bbolt file made while it is read, from its first byte to its last, in memory that does not grow with it.
 *
 * <p>What stands at a file's start, the root and the number of pages, is known only when all has been laid out. So everything is
 * walked twice: once for the lengths alone, by the same rules that then write it. Belongs to one thread at a time.
 */
public final class BoltStream implements AutoCloseable {
    private static final int FREELIST_PAGE = BoltFormat.META_PAGES;
    private static final int FIRST_DATA_PAGE = FREELIST_PAGE + 1;
    private static final byte[] NOTHING = {};

    private final List<BoltBucket> buckets;
    private final long pages;
    private final long rootPage;

    private final PageOutput output = new PageOutput();
    private final List<Long> roots = new ArrayList<>();
    private @Nullable TreeWriter tree;
    private @Nullable BoltEntries entries;
    private boolean finished;

    private BoltStream(List<BoltBucket> buckets) {
        this.buckets = buckets;
        PageCounter counter = new PageCounter(FIRST_DATA_PAGE);
        List<Long> planned = new ArrayList<>();
        for (BoltBucket bucket : buckets) {
            planned.add(measure(bucket, counter));
        }
        this.rootPage = writeRoot(planned, counter);
        this.pages = counter.nextId();
        // bbolt's next transaction writes the meta page of the lower txid.
        output.meta(2, rootPage, FREELIST_PAGE, pages);
        output.meta(1, rootPage, FREELIST_PAGE, pages);
        output.emptyFreelist();
    }

    /** Lays out the file; reads the keys of all entries, and no values. */
    public static BoltStream open(List<BoltBucket> buckets) {
        Comparator<BoltBucket> byName = (one, other) -> Arrays.compareUnsigned(nameBytes(one), nameBytes(other));
        return new BoltStream(buckets.stream().sorted(byName).toList());
    }

    /** Length of the whole file. */
    public long totalBytes() {
        return pages * BoltFormat.PAGE_BYTES;
    }

    /** Fills the array but for the end of the file; 0 after it. */
    public int read(byte[] target) {
        while (output.available() < target.length && !finished) {
            step();
        }
        return output.read(target, 0, target.length);
    }

    /** Lets go what must not be held while nobody reads. */
    public void pause() {
        if (entries != null) {
            entries.pause();
        }
    }

    @Override
    public void close() {
        finished = true;
        if (entries != null) {
            entries.close();
            entries = null;
        }
    }

    private void step() {
        if (roots.size() == buckets.size()) {
            long root = writeRoot(roots, output);
            if (root != rootPage || output.nextId() != pages) {
                throw new IllegalStateException("%d pages with root %d were planned, %d with root %d written"
                        .formatted(pages, rootPage, output.nextId(), root));
            }
            finished = true;
            return;
        }
        BoltEntries source = entries;
        TreeWriter target = tree;
        if (source == null || target == null) {
            source = buckets.get(roots.size()).entries().get();
            target = new TreeWriter(output);
            entries = source;
            tree = target;
        }
        if (source.next()) {
            target.add(0, source.key(), source.value(), source.valueLength());
            return;
        }
        roots.add(target.finish());
        source.close();
        entries = null;
        tree = null;
    }

    private static long measure(BoltBucket bucket, PageCounter counter) {
        TreeWriter tree = new TreeWriter(counter);
        try (BoltEntries entries = bucket.entries().get()) {
            while (entries.next()) {
                tree.add(0, entries.key(), NOTHING, entries.valueLength());
            }
        }
        return tree.finish();
    }

    private long writeRoot(List<Long> bucketRoots, PageSink sink) {
        TreeWriter tree = new TreeWriter(sink);
        for (int i = 0; i < bucketRoots.size(); i++) {
            byte[] value = ByteBuffer.allocate(BoltFormat.BUCKET_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bucketRoots.get(i))
                    .array();
            tree.add(BoltFormat.IS_BUCKET, nameBytes(buckets.get(i)), value, value.length);
        }
        return tree.finish();
    }

    private static byte[] nameBytes(BoltBucket bucket) {
        return bucket.name().getBytes(StandardCharsets.UTF_8);
    }

    /** Only counts. */
    private static final class PageCounter implements PageSink {
        private long nextId;

        PageCounter(long firstId) {
            this.nextId = firstId;
        }

        long nextId() {
            return nextId;
        }

        @Override
        public boolean wantsContent() {
            return false;
        }

        @Override
        public long take(OpenPage page) {
            long id = nextId;
            nextId += page.pages();
            return id;
        }
    }
}
