package io.metastore.bench.load;

import java.util.concurrent.CountDownLatch;

/** What all watchers together have seen. Event loop only, but for the latch. */
final class WatchTally {
    final CountDownLatch created;
    /** Events of the window, and their put-to-event times. */
    Window window = new Window();

    long responses;
    long events;
    long outOfOrder;

    WatchTally(int watchers) {
        created = new CountDownLatch(watchers);
    }
}
