package io.metastore.bench.workload;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.load.ProtoCursor;
import java.util.concurrent.CountDownLatch;

/** One watch stream with its watchers: checks that each is told of rising revisions, and tells the ledger. Event loop only. */
final class EventStream extends GrpcStream {
    /** What a watcher watches. */
    @FunctionalInterface
    interface Watched {
        byte[] key(int watcher);
    }

    /** What the value of a watched put begins with; its number follows. */
    static final String VALUE = "value-";

    private static final String PATH = "/etcdserverpb.Watch/Watch";

    private final Http2Connection connection;
    private final int watchers;
    private final Watched watched;
    private final boolean prefix;
    private final EventLedger ledger;
    private final CountDownLatch created;
    private final Errors errors;
    /** By watch id, which we choose: 1, 2, ... */
    private final long[] lastRevision;

    private final ProtoCursor response = new ProtoCursor();
    private final ProtoCursor event = new ProtoCursor();
    private final ProtoCursor keyValue = new ProtoCursor();

    EventStream(
            Http2Connection connection,
            int watchers,
            Watched watched,
            boolean prefix,
            EventLedger ledger,
            CountDownLatch created,
            Errors errors) {
        this.connection = connection;
        this.watchers = watchers;
        this.watched = watched;
        this.prefix = prefix;
        this.ledger = ledger;
        this.created = created;
        this.errors = errors;
        this.lastRevision = new long[watchers + 1];
    }

    void begin() {
        if (!connection.open(PATH, this)) {
            errors.add(GrpcStatus.UNAVAILABLE, "connection lost: " + connection.lost());
            return;
        }
        for (int id = 1; id <= watchers; id++) {
            byte[] key = watched.key(id - 1);
            int watchId = id;
            connection.send(this, out -> create(out, key, watchId));
        }
    }

    private void create(ByteSink out, byte[] key, int watchId) {
        int fields = prefix ? 2 : 1;
        out.messageField(1, fields * ByteSink.bytesFieldBytes(key.length) + 1 + ByteSink.varintBytes(watchId));
        out.bytesField(1, key);
        if (prefix) {
            out.bytesField(2, Request.endOf(key));
        }
        out.varintField(7, watchId);
    }

    void cancel() {
        connection.cancel(this);
    }

    @Override
    protected void onMessage(byte[] bytes, int offset, int length) {
        long now = System.nanoTime();
        int watchId = 0;
        response.over(bytes, offset, length);
        while (response.next()) {
            switch (response.field()) {
                case 2 -> watchId = (int) response.number();
                case 3 -> created.countDown();
                case 4 -> errors.add("CANCELLED", "watch canceled by the server");
                case 11 -> onEvent(watchId, bytes, now);
                default -> {} // nothing else is of interest
            }
        }
    }

    private void onEvent(int watchId, byte[] bytes, long now) {
        long type = 0;
        long revision = 0;
        long put = -1;
        event.into(response);
        while (event.next()) {
            if (event.field() == 1) {
                type = event.number();
            } else if (event.field() == 2) {
                keyValue.into(event);
                while (keyValue.next()) {
                    if (keyValue.field() == 3) {
                        revision = keyValue.number();
                    } else if (keyValue.field() == 5) {
                        put = number(bytes, keyValue.start() + VALUE.length(), keyValue.start() + keyValue.length());
                    }
                }
            }
        }
        if (type != 0 || put < 0 || watchId < 1 || watchId > watchers) {
            ledger.unexpected();
        } else if (revision == lastRevision[watchId]) {
            ledger.repeated();
        } else if (revision < lastRevision[watchId]) {
            ledger.outOfOrder();
        } else {
            lastRevision[watchId] = revision;
            ledger.event(put, now);
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
    protected void onClosed(int grpcStatus, String message) {
        errors.add(GrpcStatus.nameOf(grpcStatus), "watch stream ended: " + message);
    }
}
