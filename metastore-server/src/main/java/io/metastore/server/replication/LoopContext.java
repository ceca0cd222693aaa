package io.metastore.server.replication;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where a call lives: the event loop of its connection, on which its request is read and its answer is written.
 *
 * <p>Handlers run directly on that loop, so {@link #current()} inside a handler names it. Calls that come from any other
 * thread (the in-process channel) share one context whose work runs on the executor it was made with.
 */
public final class LoopContext implements Executor {
    private static final ThreadLocal<@Nullable LoopContext> CURRENT = new ThreadLocal<>();

    private final Executor executor;
    private final boolean eventLoop;

    private LoopContext(Executor executor, boolean eventLoop) {
        this.executor = executor;
        this.eventLoop = eventLoop;
    }

    /** The context of an event loop; the loop's thread finds it by {@link #current()} from its next task on. */
    public static LoopContext of(EventLoop loop) {
        LoopContext context = new LoopContext(loop, true);
        loop.execute(() -> CURRENT.set(context));
        return context;
    }

    /** The context of callers that have no event loop. */
    public static LoopContext shared(Executor executor) {
        return new LoopContext(executor, false);
    }

    /** The context of the calling thread, if that is an event loop of a running server. */
    public static @Nullable LoopContext current() {
        return CURRENT.get();
    }

    /** Is there a tick to wait for, so that what comes in together can go out together? */
    public boolean isEventLoop() {
        return eventLoop;
    }

    /** Runs the task on this context's thread, after what is already waiting there; never blocks. */
    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }
}
