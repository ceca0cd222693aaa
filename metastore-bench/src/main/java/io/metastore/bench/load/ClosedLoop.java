package io.metastore.bench.load;

import io.metastore.bench.http2.Http2Connection;
import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.measure.Latency;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A fixed number of calls in flight, spread over connections. Fields belong to the event loop; the public methods are for
 * the one thread that drives the load.
 */
final class ClosedLoop {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration EMPTY_LIMIT = Duration.ofSeconds(10);

    private final LoadClient client;
    private final Consumer<ClosedLoop> opening;
    private final CountDownLatch ended;

    private boolean stopped;
    /** Where results go: a window that nobody reads before and after the measurement. */
    private Window window = new Window();

    ClosedLoop(LoadClient client, List<Http2Connection> connections, Workload workload, int inFlight) {
        this(client, inFlight, loop -> {
            for (int i = 0; i < inFlight; i++) {
                Http2Connection connection = connections.get(i % connections.size());
                workload.newSlot(loop, connection).begin(System.nanoTime());
            }
            connections.forEach(Http2Connection::flush);
        });
        long most = (inFlight + connections.size() - 1L) / connections.size();
        for (Http2Connection connection : connections) {
            if (most > connection.maxConcurrentStreams()) {
                throw new IllegalArgumentException(
                        "the server allows %d calls on a connection, not %d: use more connections"
                                .formatted(connection.maxConcurrentStreams(), most));
            }
        }
    }

    /** @param opening begins that many slots of this loop; on the event loop */
    ClosedLoop(LoadClient client, int inFlight, Consumer<ClosedLoop> opening) {
        this.client = client;
        this.opening = opening;
        this.ended = new CountDownLatch(inFlight);
    }

    void start() {
        client.run(() -> opening.accept(this));
    }

    /** From now on results go into a new window; returns that of before. */
    Window cut() {
        return client.call(() -> {
            Window before = window;
            window = new Window();
            return before;
        });
    }

    /** Waits for the length of a window, and longer if by then nothing has ended: an empty window says nothing. */
    void awaitWindow(Duration length, BooleanSupplier nothingEnded) {
        awaitEnd(length);
        long limit = System.nanoTime() + EMPTY_LIMIT.toNanos();
        while (System.nanoTime() < limit && client.call(nothingEnded::getAsBoolean)) {
            if (awaitEnd(Duration.ofMillis(20))) {
                return;
            }
        }
    }

    /** Of the window that is open. */
    long longestSilenceNanos() {
        return client.call(() -> window.longestSilenceNanos());
    }

    /** For the event loop. */
    boolean windowIsEmpty() {
        return window.operations == 0 && window.errors == 0;
    }

    /** Waits until all slots ran out of calls; false if the time is over before. */
    boolean awaitEnd(Duration limit) {
        try {
            return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Begins no more calls and waits for those in flight; false if some never end. */
    boolean stop() {
        client.run(() -> stopped = true);
        return awaitEnd(DRAIN_LIMIT);
    }

    boolean goesOn() {
        return !stopped;
    }

    void completed(long startNanos, long nowNanos, int operations, long replyBytes) {
        Latency.record(window.latency, nowNanos - startNanos);
        window.answeredAt(nowNanos);
        window.operations += operations;
        window.replyBytes += replyBytes;
    }

    void failed(String text) {
        window.error(text);
    }

    void slotEnded() {
        ended.countDown();
    }
}
