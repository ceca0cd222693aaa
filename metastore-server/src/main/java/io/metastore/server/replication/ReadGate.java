package io.metastore.server.replication;

import io.metastore.raft.ReadBarrier;
import java.util.function.Consumer;

/** Lets a linearizable read through once what it must see is applied; on the calling thread where nothing must be waited for. */
public final class ReadGate {
    private final ReadBarrier barrier;

    public ReadGate(ReadBarrier barrier) {
        this.barrier = barrier;
    }

    /**
     * Runs {@code read} when every write acknowledged before this call is visible.
     *
     * <p>With a sole voter that leads, at once and inline; else on the caller's event loop after a read-index round.
     */
    public void linearizable(Runnable read, Consumer<Throwable> failed) {
        LoopContext caller = LoopContext.current();
        Thread thread = Thread.currentThread();
        barrier.pass(
                () -> {
                    if (caller == null || Thread.currentThread() == thread) {
                        read.run();
                    } else {
                        caller.execute(read);
                    }
                },
                why -> {
                    if (caller == null || Thread.currentThread() == thread) {
                        failed.accept(why);
                    } else {
                        caller.execute(() -> failed.accept(why));
                    }
                });
    }
}
