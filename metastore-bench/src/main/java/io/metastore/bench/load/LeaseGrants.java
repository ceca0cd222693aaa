package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Grants a number of leases and keeps their ids. */
final class LeaseGrants implements UnaryWorkload {
    private static final int REPLY_ID = 2;

    private final LongSupplier ttlSeconds;
    private final int count;
    private final List<Long> ids = new ArrayList<>();
    private int begun;

    LeaseGrants(long ttlSeconds, int count) {
        this(() -> ttlSeconds, count);
    }

    private LeaseGrants(LongSupplier ttlSeconds, int count) {
        this.ttlSeconds = ttlSeconds;
        this.count = count;
    }

    /** Leases that end in the second after that moment, however long it takes to grant them. */
    static LeaseGrants dueAt(long nanoTime, int count) {
        return new LeaseGrants(() -> Math.max(1, (nanoTime - System.nanoTime()) / 1_000_000_000 + 1), count);
    }

    /** Those granted so far; for the driving thread once the load has ended. */
    List<Long> ids() {
        return ids;
    }

    @Override
    public Call newCall() {
        return new Call() {
            private final ProtoCursor cursor = new ProtoCursor();

            @Override
            public String path() {
                return LeaseLoad.GRANT;
            }

            @Override
            public boolean next() {
                return begun++ < count;
            }

            @Override
            public void encode(ByteSink out) {
                out.varintField(1, ttlSeconds.getAsLong());
            }

            @Override
            public boolean keepsReply() {
                return true;
            }

            @Override
            public @Nullable String check(byte[] bytes, int offset, int length) {
                ids.add(cursor.over(bytes, offset, length).find(REPLY_ID));
                return null;
            }
        };
    }
}
