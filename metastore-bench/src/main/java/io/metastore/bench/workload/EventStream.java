package io.metastore.bench.workload;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.load.WatchStream;
import java.util.concurrent.CountDownLatch;

/** Checks that each watcher is told of rising revisions, and tells the ledger. Event loop only. */
final class EventStream extends WatchStream {
    /** What the value of a watched put begins with; its number follows. */
    static final String VALUE = "value-";

    private final EventLedger ledger;
    private final CountDownLatch created;
    private final Errors errors;
    /** By watch id. */
    private final long[] lastRevision;

    EventStream(
            Http2Connection connection,
            int watchers,
            Watched watched,
            boolean prefix,
            EventLedger ledger,
            CountDownLatch created,
            Errors errors) {
        super(connection, watchers, watched, prefix);
        this.ledger = ledger;
        this.created = created;
        this.errors = errors;
        this.lastRevision = new long[watchers + 1];
    }

    @Override
    protected void onCreated() {
        created.countDown();
    }

    @Override
    protected void onEvent(int watchId, boolean put, long revision, byte[] bytes, int start, int end, long nowNanos) {
        long number = number(bytes, start + VALUE.length(), end);
        if (!put || number < 0 || !isWatcher(watchId)) {
            ledger.unexpected();
        } else if (revision == lastRevision[watchId]) {
            ledger.repeated();
        } else if (revision < lastRevision[watchId]) {
            ledger.outOfOrder();
        } else {
            lastRevision[watchId] = revision;
            ledger.event(number, nowNanos);
        }
    }

    /** -1: not a number. */
    private static long number(byte[] bytes, int start, int end) {
        if (start >= end || end - start > 9) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    @Override
    protected void onLost(String why) {
        errors.add(GrpcStatus.UNAVAILABLE, why);
    }
}
