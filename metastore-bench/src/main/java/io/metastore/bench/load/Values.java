package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Values of one length that neither repeat nor compress: slices of random bytes. */
public final class Values {
    private static final int POOL_BYTES = 1 << 20;

    private final int valueBytes;
    private final byte[] pool;
    private final SplittableRandom random;

    public Values(int valueBytes, long seed) {
        if (valueBytes < 0 || valueBytes > 64 << 20) {
            throw new IllegalArgumentException("values of " + valueBytes + " bytes");
        }
        this.valueBytes = valueBytes;
        this.random = new SplittableRandom(seed);
        this.pool = new byte[POOL_BYTES + valueBytes];
        random.nextBytes(pool);
    }

    int valueBytes() {
        return valueBytes;
    }

    byte[] next() {
        int start = random.nextInt(POOL_BYTES);
        return Arrays.copyOfRange(pool, start, start + valueBytes);
    }

    void put(ByteSink out, int field) {
        out.bytesField(field, pool, random.nextInt(POOL_BYTES), valueBytes);
    }
}
