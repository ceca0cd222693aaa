package io.metastore.bench.load;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.measure.Latency;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Counts events, times them by what their values say, and checks that the revisions of each watcher rise. Event loop only. */
final class TalliedWatch extends WatchStream {
    private final WatchTally tally;
    /** By watch id. */
    private final long[] lastRevision;

    TalliedWatch(Http2Connection connection, List<String> prefixes, WatchTally tally) {
        super(connection, prefixes.size(), watcher -> prefixes.get(watcher).getBytes(StandardCharsets.UTF_8), true);
        this.tally = tally;
        this.lastRevision = new long[prefixes.size() + 1];
    }

    @Override
    protected void onCreated() {
        tally.created.countDown();
    }

    @Override
    protected void onEvent(int watchId, boolean put, long revision, byte[] bytes, int start, int end, long nowNanos) {
        if (!isWatcher(watchId) || revision <= lastRevision[watchId]) {
            tally.outOfOrder++;
        } else {
            lastRevision[watchId] = revision;
        }
        if (end - start >= Long.BYTES) {
            Latency.record(tally.window.latency, nowNanos - ProtoCursor.longAt(bytes, start));
        }
    }

    @Override
    protected void onEvents(int count, int responseBytes) {
        tally.responses++;
        tally.events += count;
        tally.window.operations += count;
        tally.window.replyBytes += responseBytes;
    }

    @Override
    protected void onLost(String why) {
        tally.window.error(why);
    }
}
