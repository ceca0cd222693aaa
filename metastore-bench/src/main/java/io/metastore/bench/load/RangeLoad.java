package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.SplittableRandom;

/** Reads pages of a fixed number of keys, from a random key on. */
final class RangeLoad implements UnaryWorkload, Call {
    private static final int LIMIT = 3;

    private final KeySpace keys;
    private final int valueBytes;
    private final int pageKeys;
    private final SplittableRandom random;
    private final byte[] end = {0};

    RangeLoad(KeySpace keys, int valueBytes, int pageKeys, long seed) {
        if (pageKeys < 1 || pageKeys > keys.count()) {
            throw new IllegalArgumentException("pages of %d keys, of %d".formatted(pageKeys, keys.count()));
        }
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.pageKeys = pageKeys;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return GetLoad.PATH;
    }

    @Override
    public boolean next() {
        return true;
    }

    @Override
    public void encode(ByteSink out) {
        int first = random.nextInt(keys.count() - pageKeys + 1);
        out.bytesField(1, keys.key(first));
        if (first + pageKeys < keys.count()) {
            // A bounded range, so that an exact count costs the server no more than the page.
            out.bytesField(2, keys.key(first + pageKeys));
        } else {
            out.bytesField(2, end);
        }
        out.varintField(LIMIT, pageKeys);
    }

    @Override
    public long leastReplyBytes() {
        return (long) pageKeys * (keys.keyBytes() + valueBytes);
    }
}
