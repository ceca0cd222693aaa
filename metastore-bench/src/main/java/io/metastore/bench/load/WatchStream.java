package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;

/** One watch stream: creates its watchers, and takes the responses apart without allocating. Event loop only. */
public abstract class WatchStream extends GrpcStream {
    /** What a watcher watches. */
    @FunctionalInterface
    public interface Watched {
        byte[] key(int watcher);
    }

    private static final String PATH = "/etcdserverpb.Watch/Watch";
    private static final int RANGE_END = 2;
    private static final int WATCH_ID = 7;
    private static final int CREATE_REQUEST = 1;
    private static final int PUT = 0;

    private final Http2Connection connection;
    private final int watchers;
    private final Watched watched;
    private final boolean prefix;

    private final ProtoCursor response = new ProtoCursor();
    private final ProtoCursor event = new ProtoCursor();
    private final ProtoCursor keyValue = new ProtoCursor();

    /** @param prefix watchers watch all keys that begin with theirs */
    protected WatchStream(Http2Connection connection, int watchers, Watched watched, boolean prefix) {
        this.connection = connection;
        this.watchers = watchers;
        this.watched = watched;
        this.prefix = prefix;
    }

    public final void begin() {
        if (!connection.open(PATH, this)) {
            onLost("connection lost: " + connection.lost());
            return;
        }
        // We choose the ids: 1, 2, ...
        for (int id = 1; id <= watchers; id++) {
            byte[] key = watched.key(id - 1);
            int watchId = id;
            connection.send(this, out -> create(out, key, watchId));
        }
    }

    private void create(ByteSink out, byte[] key, int watchId) {
        int keys = prefix ? 2 : 1;
        out.messageField(
                CREATE_REQUEST, keys * ByteSink.bytesFieldBytes(key.length) + 1 + ByteSink.varintBytes(watchId));
        out.bytesField(1, key);
        if (prefix) {
            byte[] end = key.clone();
            end[end.length - 1]++;
            out.bytesField(RANGE_END, end);
        }
        out.varintField(WATCH_ID, watchId);
    }

    public final void cancel() {
        connection.cancel(this);
    }

    protected final boolean isWatcher(int watchId) {
        return watchId >= 1 && watchId <= watchers;
    }

    @Override
    protected final void onMessage(byte[] bytes, int offset, int length) {
        long now = System.nanoTime();
        int watchId = 0;
        int events = 0;
        response.over(bytes, offset, length);
        while (response.next()) {
            switch (response.field()) {
                case 2 -> watchId = (int) response.number();
                case 3 -> onCreated();
                case 4 -> onLost("watch canceled by the server");
                case 11 -> {
                    events++;
                    readEvent(watchId, bytes, now);
                }
                default -> {} // nothing else is of interest
            }
        }
        if (events > 0) {
            onEvents(events, length);
        }
    }

    private void readEvent(int watchId, byte[] bytes, long now) {
        long type = PUT;
        long revision = 0;
        int start = 0;
        int end = 0;
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
                        start = keyValue.start();
                        end = start + keyValue.length();
                    }
                }
            }
        }
        onEvent(watchId, type == PUT, revision, bytes, start, end, now);
    }

    /** One more watcher is there. */
    protected abstract void onCreated();

    /**
     * A watcher was told of something.
     *
     * @param start and end of the value in the bytes, which are only good during the call
     */
    protected abstract void onEvent(
            int watchId, boolean put, long revision, byte[] bytes, int start, int end, long nowNanos);

    /** Called after the events of one response. */
    protected void onEvents(int count, int responseBytes) {}

    /** The stream or a watcher on it will bring nothing more. */
    protected abstract void onLost(String why);

    @Override
    protected final void onClosed(int grpcStatus, String message) {
        onLost("watch stream ended, status " + grpcStatus + ": " + message);
    }
}
