package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.measure.Latency;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One watch stream with its watchers: counts events and checks that the revisions of each watcher rise. Event loop only. */
final class WatchStream extends GrpcStream {
    private static final String PATH = "/etcdserverpb.Watch/Watch";

    private final Http2Connection connection;
    private final List<String> prefixes;
    private final WatchTally tally;
    /** By watch id, which we choose: 1, 2, ... */
    private final long[] lastRevision;

    private final ProtoCursor response = new ProtoCursor();
    private final ProtoCursor event = new ProtoCursor();
    private final ProtoCursor keyValue = new ProtoCursor();

    WatchStream(Http2Connection connection, List<String> prefixes, WatchTally tally) {
        this.connection = connection;
        this.prefixes = prefixes;
        this.tally = tally;
        this.lastRevision = new long[prefixes.size() + 1];
    }

    void begin() {
        if (!connection.open(PATH, this)) {
            tally.window.error("connection lost: " + connection.lost());
            return;
        }
        for (int id = 1; id <= prefixes.size(); id++) {
            byte[] key = prefixes.get(id - 1).getBytes(StandardCharsets.UTF_8);
            int watchId = id;
            connection.send(this, out -> create(out, key, watchId));
        }
    }

    private static void create(ByteSink out, byte[] prefix, int watchId) {
        byte[] end = prefix.clone();
        end[end.length - 1]++;
        out.messageField(1, 2 * ByteSink.bytesFieldBytes(prefix.length) + 1 + ByteSink.varintBytes(watchId));
        out.bytesField(1, prefix);
        out.bytesField(2, end);
        out.varintField(7, watchId);
    }

    void cancel() {
        connection.cancel(this);
    }

    @Override
    protected void onMessage(byte[] bytes, int offset, int length) {
        long now = System.nanoTime();
        int watchId = 0;
        int events = 0;
        response.over(bytes, offset, length);
        while (response.next()) {
            switch (response.field()) {
                case 2 -> watchId = (int) response.number();
                case 3 -> tally.created.countDown();
                case 4 -> tally.window.error("watch canceled by the server");
                case 11 -> {
                    events++;
                    onEvent(watchId, now);
                }
                default -> {} // nothing else is of interest
            }
        }
        if (events > 0) {
            tally.responses++;
            tally.events += events;
            tally.window.operations += events;
            tally.window.replyBytes += length;
        }
    }

    private void onEvent(int watchId, long now) {
        event.into(response);
        while (event.next()) {
            if (event.field() != 2) {
                continue;
            }
            keyValue.into(event);
            while (keyValue.next()) {
                if (keyValue.field() == 3) {
                    long revision = keyValue.number();
                    if (watchId < 1 || watchId >= lastRevision.length || revision <= lastRevision[watchId]) {
                        tally.outOfOrder++;
                    } else {
                        lastRevision[watchId] = revision;
                    }
                } else if (keyValue.field() == 5 && keyValue.length() >= Long.BYTES) {
                    Latency.record(tally.window.latency, now - keyValue.leadingLong());
                }
            }
        }
    }

    @Override
    protected void onClosed(int grpcStatus, String message) {
        tally.window.error("watch stream ended, status " + grpcStatus + ": " + message);
    }
}
