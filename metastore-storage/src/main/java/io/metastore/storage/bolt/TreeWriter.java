package io.metastore.storage.bolt;

import java.util.ArrayList;
import java.util.List;

/**
 * Builds the B+tree of one bucket bottom up from entries in ascending order. It holds one open page for each level; a page that
 * is full goes to the sink, and its first key to the level above. So memory is a few pages, and the pages of a file come in one
 * run from its start to its end.
 */
final class TreeWriter {
    private static final byte[] NOTHING = {};

    private final PageSink sink;
    /** The leaf level first. */
    private final List<OpenPage> levels = new ArrayList<>();

    TreeWriter(PageSink sink) {
        this.sink = sink;
        levels.add(new OpenPage(BoltFormat.LEAF, sink.wantsContent()));
    }

    /** @param value an array that ends with the value; not looked at by a sink that wants no content */
    void add(int flags, byte[] key, byte[] value, int valueLength) {
        OpenPage leaf = levels.get(0);
        if (!leaf.fits(key.length, valueLength)) {
            flush(0);
        }
        leaf.add(flags, key, value, valueLength);
    }

    /** Writes what is open and returns the root page; a bucket without entries has an empty leaf. */
    long finish() {
        int level = 0;
        while (true) {
            OpenPage page = levels.get(level);
            boolean isTop = level == levels.size() - 1;
            if (isTop && level > 0 && page.count() == 1) {
                return page.firstChild(); // a branch of one child would be a level for nothing
            }
            if (isTop) {
                return sink.take(page);
            }
            if (!page.isEmpty()) {
                flush(level);
            }
            level++;
        }
    }

    private void flush(int level) {
        OpenPage page = levels.get(level);
        byte[] firstKey = page.firstKey();
        long id = sink.take(page);
        page.clear();
        if (level + 1 == levels.size()) {
            levels.add(new OpenPage(BoltFormat.BRANCH, sink.wantsContent()));
        }
        OpenPage above = levels.get(level + 1);
        if (!above.fits(firstKey.length, 0)) {
            flush(level + 1);
        }
        above.add(id, firstKey, NOTHING, 0);
    }
}
