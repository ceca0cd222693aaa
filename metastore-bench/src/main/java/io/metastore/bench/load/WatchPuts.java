package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Puts to the watched prefixes in turn. Each value begins with the time of its request. */
final class WatchPuts implements UnaryWorkload, Call {
    private final List<KeySpace> keys = new ArrayList<>();
    private final byte[] value;
    private final SplittableRandom random = new SplittableRandom(7);
    private long begun;
    private long acknowledged;

    WatchPuts(WatchPlan plan) {
        for (int i = 0; i < plan.prefixes(); i++) {
            keys.add(plan.keys(i));
        }
        value = new byte[plan.valueBytes()];
        random.nextBytes(value);
    }

    long acknowledged() {
        return acknowledged;
    }

    @Override
    public Call newCall() {
        return this;
    }

    @Override
    public String path() {
        return PutLoad.PATH;
    }

    @Override
    public boolean next() {
        begun++;
        return true;
    }

    @Override
    public void encode(ByteSink out) {
        KeySpace space = keys.get((int) (begun % keys.size()));
        out.bytesField(1, space.key(random.nextInt(space.count())));
        long now = System.nanoTime();
        for (int i = 0; i < Long.BYTES; i++) {
            value[i] = (byte) (now >>> (56 - 8 * i));
        }
        out.bytesField(2, value);
    }

    @Override
    public boolean keepsReply() {
        return true;
    }

    @Override
    public @Nullable String check(byte[] bytes, int offset, int length) {
        acknowledged++;
        return null;
    }
}
