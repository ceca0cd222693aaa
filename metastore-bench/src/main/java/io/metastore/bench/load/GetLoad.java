package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.SplittableRandom;

/** Gets single random keys of a filled key space. A reply too short to hold the value is an error. */
final class GetLoad implements UnaryWorkload, Call {
    static final String PATH = "/etcdserverpb.KV/Range";
    private static final int SERIALIZABLE = 7;

    private final KeySpace keys;
    private final int valueBytes;
    private final boolean serializable;
    private final SplittableRandom random;

    GetLoad(KeySpace keys, int valueBytes, boolean serializable, long seed) {
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.serializable = serializable;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public boolean next() {
        return true;
    }

    @Override
    public void encode(ByteSink out) {
        out.bytesField(1, keys.key(random.nextInt(keys.count())));
        if (serializable) {
            out.varintField(SERIALIZABLE, 1);
        }
    }

    @Override
    public long leastReplyBytes() {
        return (long) keys.keyBytes() + valueBytes;
    }
}
