package io.metastore.bench.load;

import io.metastore.bench.http2.ByteSink;
import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import java.util.List;

/** Keep-alives of granted leases in turn: each slot is a stream with one request under way. */
final class KeepAliveLoad implements Workload {
    private static final String PATH = "/etcdserverpb.Lease/LeaseKeepAlive";
    private static final int REPLY_TTL = 3;

    private final List<Long> leaseIds;
    private int nextLease;

    KeepAliveLoad(List<Long> leaseIds) {
        this.leaseIds = List.copyOf(leaseIds);
    }

    @Override
    public LoadSlot newSlot(ClosedLoop loop, Http2Connection connection) {
        return new KeepAliveStream(loop, connection);
    }

    private final class KeepAliveStream extends GrpcStream implements LoadSlot {
        private final ClosedLoop loop;
        private final Http2Connection connection;
        private final ProtoCursor cursor = new ProtoCursor();
        private long startNanos;
        private boolean ended;

        KeepAliveStream(ClosedLoop loop, Http2Connection connection) {
            this.loop = loop;
            this.connection = connection;
        }

        @Override
        public void begin(long nowNanos) {
            if (connection.open(PATH, this)) {
                sendNext(nowNanos);
            } else {
                loop.failed("connection lost: " + connection.lost());
                end();
            }
        }

        private void sendNext(long nowNanos) {
            if (!loop.goesOn()) {
                connection.cancel(this);
                end();
                return;
            }
            startNanos = nowNanos;
            connection.send(this, this::encode);
        }

        private void encode(ByteSink out) {
            out.varintField(1, leaseIds.get(nextLease));
            nextLease = (nextLease + 1) % leaseIds.size();
        }

        @Override
        protected void onMessage(byte[] bytes, int offset, int length) {
            long now = System.nanoTime();
            if (cursor.over(bytes, offset, length).find(REPLY_TTL) > 0) {
                loop.completed(startNanos, now, 1, length);
            } else {
                loop.failed("keep-alive of a lease that is gone");
            }
            sendNext(now);
        }

        @Override
        protected void onClosed(int grpcStatus, String message) {
            loop.failed("keep-alive stream ended, status " + grpcStatus + ": " + message);
            end();
        }

        private void end() {
            if (!ended) {
                ended = true;
                loop.slotEnded();
            }
        }
    }
}
