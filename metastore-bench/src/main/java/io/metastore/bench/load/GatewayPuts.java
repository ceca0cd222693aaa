package io.metastore.bench.load;

import io.metastore.bench.http1.PostConnection;
import io.metastore.bench.http2.ByteSink;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/** Puts random values at random keys over the JSON gateway; each connection is a slot. Event loop only. */
final class GatewayPuts {
    static final String PATH = "/v3/kv/put";

    private final KeySpace keys;
    private final Values values;
    private final SplittableRandom random;

    GatewayPuts(KeySpace keys, Values values, long seed) {
        this.keys = keys;
        this.values = values;
        this.random = new SplittableRandom(seed);
    }

    void begin(ClosedLoop loop, List<PostConnection> connections) {
        connections.forEach(connection -> new PutSlot(loop, connection).begin(System.nanoTime()));
    }

    /** As etcd's gateway wants it: both in base64. */
    private void encode(ByteSink out) {
        ascii(out, "{\"key\":\"");
        out.put(Base64.getEncoder().encode(keys.key(random.nextInt(keys.count()))));
        ascii(out, "\",\"value\":\"");
        out.put(Base64.getEncoder().encode(values.next()));
        ascii(out, "\"}");
    }

    private static void ascii(ByteSink out, String text) {
        out.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private final class PutSlot implements LoadSlot, PostConnection.Reply {
        private final ClosedLoop loop;
        private final PostConnection connection;
        private long startNanos;

        PutSlot(ClosedLoop loop, PostConnection connection) {
            this.loop = loop;
            this.connection = connection;
        }

        @Override
        public void begin(long nowNanos) {
            if (!loop.goesOn()) {
                loop.slotEnded();
                return;
            }
            startNanos = nowNanos;
            ByteSink body = new ByteSink(1024);
            encode(body);
            connection.post(body, this);
        }

        @Override
        public void onBody(int bytes) {
            long now = System.nanoTime();
            loop.completed(startNanos, now, 1, bytes);
            begin(now);
        }

        @Override
        public void onFailure(String text) {
            loop.failed(text);
            if (connection.lost() == null) {
                begin(System.nanoTime());
            } else {
                loop.slotEnded();
            }
        }
    }
}
