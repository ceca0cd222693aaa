package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.SplittableRandom;

/** Puts random values at random keys of the key space. */
final class PutLoad implements UnaryWorkload, Call {
    static final String PATH = "/etcdserverpb.KV/Put";

    private final KeySpace keys;
    private final Values values;
    private final SplittableRandom random;

    PutLoad(KeySpace keys, Values values, long seed) {
        this.keys = keys;
        this.values = values;
        this.random = new SplittableRandom(seed);
    }

    /** One object serves all slots: a put remembers nothing between request and reply. */
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
        put(out, keys, values, random.nextInt(keys.count()));
    }

    static void put(ByteSink out, KeySpace keys, Values values, int key) {
        out.bytesField(1, keys.key(key));
        values.put(out, 2);
    }

    static int putBytes(KeySpace keys, Values values) {
        return ByteSink.bytesFieldBytes(keys.keyBytes()) + ByteSink.bytesFieldBytes(values.valueBytes());
    }
}
