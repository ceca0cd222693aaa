package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import org.jspecify.annotations.Nullable;

/** Reads the first page of the whole key space; the reply must count all its keys. */
final class CountLoad implements UnaryWorkload {
    private static final int LIMIT = 3;
    private static final int REPLY_COUNT = 4;

    private final KeySpace keys;
    private final int pageKeys;

    CountLoad(KeySpace keys, int pageKeys) {
        this.keys = keys;
        this.pageKeys = pageKeys;
    }

    @Override
    public Call newCall() {
        return new Call() {
            private final ProtoCursor cursor = new ProtoCursor();

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
                keys.putWholeRange(out);
                out.varintField(LIMIT, pageKeys);
            }

            @Override
            public boolean keepsReply() {
                return true;
            }

            @Override
            public @Nullable String check(byte[] bytes, int offset, int length) {
                long count = cursor.over(bytes, offset, length).find(REPLY_COUNT);
                return count == keys.count() ? null : "counted %d keys, not %d".formatted(count, keys.count());
            }
        };
    }
}
