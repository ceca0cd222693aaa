package io.metastore.bench.load;

import io.metastore.bench.http2.GrpcStream;
import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.measure.CpuSample;
import io.metastore.bench.measure.Latency;
import io.metastore.bench.measure.ProcessUsage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Streams the whole key space with RangeStream, one call at a time, and samples the server's memory meanwhile. */
final class StreamLoad {
    private static final String PATH = "/etcdserverpb.KV/RangeStream";
    /** As large as a client might use, so that the server has to wait for its reader. */
    private static final int WINDOW_BYTES = 4 << 20;

    private static final int SAMPLE_MILLIS = 50;

    private final LoadTarget target;
    private final KeySpace keys;

    StreamLoad(LoadTarget target, KeySpace keys) {
        this.target = target;
        this.keys = keys;
    }

    /** Whole streams until the time is over, at least one. An operation is a key. */
    LoadResult run(String name, Duration duration) {
        List<Http2Connection> connections = target.connect(WINDOW_BYTES);
        try {
            Window window = new Window();
            ProcessUsage.Memory idle = target.memory();
            long peak = idle.residentBytes();
            long messages = 0;
            int streams = 0;
            CpuSample before = target.sample();
            long end = System.nanoTime() + duration.toNanos();
            do {
                long start = System.nanoTime();
                Reader reader = new Reader(window);
                target.client().run(() -> {
                    if (!connections.get(0).unary(PATH, reader, keys::putWholeRange)) {
                        reader.onClosed(Http2Connection.STATUS_UNAVAILABLE, "connection lost");
                    }
                    connections.get(0).flush();
                });
                peak = Math.max(peak, awaitEnd(reader, start));
                Latency.record(window.latency, System.nanoTime() - start);
                messages += reader.messages;
                streams++;
            } while (System.nanoTime() < end && window.errors == 0);
            CpuSample.Use cpu = before.until(target.sample());
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("streams", streams);
            details.put("messages", messages);
            details.put("rss_before_bytes", idle.residentBytes());
            details.put("rss_most_bytes", peak);
            return LoadResult.of(name, window, cpu, target.memory()).with(details);
        } finally {
            target.client().close(connections);
        }
    }

    /** The most resident memory seen. */
    private long awaitEnd(Reader reader, long start) {
        long peak = 0;
        long limit = start + Duration.ofMinutes(5).toNanos();
        try {
            while (!reader.ended.await(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, target.memory().residentBytes());
                if (System.nanoTime() > limit) {
                    throw new IllegalStateException("a stream of more than five minutes");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return peak;
    }

    private final class Reader extends GrpcStream {
        private final Window window;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final ProtoCursor outer = new ProtoCursor();
        private final ProtoCursor inner = new ProtoCursor();
        private long received;
        private long messages;

        Reader(Window window) {
            this.window = window;
        }

        @Override
        protected void onMessage(byte[] bytes, int offset, int length) {
            messages++;
            window.replyBytes += length;
            outer.over(bytes, offset, length);
            while (outer.next()) {
                if (outer.field() == 1) {
                    inner.into(outer);
                    while (inner.next()) {
                        received += inner.field() == 2 ? 1 : 0;
                    }
                }
            }
        }

        @Override
        protected void onClosed(int grpcStatus, String message) {
            if (grpcStatus != 0) {
                window.error("status " + grpcStatus + ": " + message);
            } else if (received != keys.count()) {
                window.error("%d keys streamed, not %d".formatted(received, keys.count()));
            }
            window.operations += received;
            ended.countDown();
        }
    }
}
