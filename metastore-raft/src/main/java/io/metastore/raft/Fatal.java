package io.metastore.raft;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one way in which a member fails: the first report reaches the {@link FatalHandler}, all later ones are logged. */
final class Fatal {

    private static final Logger log = LoggerFactory.getLogger(Fatal.class);

    private record Failure(String what, Throwable cause) {}

    private final FatalHandler handler;
    private final Runnable onFirst;
    private final AtomicReference<@Nullable Failure> first = new AtomicReference<>();
    private final Object lock = new Object();
    private volatile boolean closing;
    private boolean starting = true;

    Fatal(FatalHandler handler, Runnable onFirst) {
        this.handler = handler;
        this.onFirst = onFirst;
    }

    /** While the node starts, its failure is an exception of the start and not told to the handler. */
    void started() {
        Failure early;
        synchronized (lock) {
            starting = false;
            early = first.get();
        }
        if (early != null) {
            handler.fatal(early.what, early.cause);
        }
    }

    /** What fails from now on fails because the member stops. */
    void closing() {
        closing = true;
    }

    boolean hasFailed() {
        return first.get() != null;
    }

    /** Null if nothing has failed. */
    @Nullable
    Throwable cause() {
        Failure failure = first.get();
        return failure == null ? null : failure.cause;
    }

    void report(String what, Throwable cause) {
        if (closing) {
            log.debug("failed while closing: {}", what, cause);
            return;
        }
        boolean isFirst;
        boolean tell;
        synchronized (lock) {
            isFirst = first.compareAndSet(null, new Failure(what, cause));
            tell = isFirst && !starting;
        }
        if (!isFirst) {
            log.info("failed again: {}: {}", what, String.valueOf(cause));
            return;
        }
        log.error("raft has failed: {}", what, cause);
        onFirst.run();
        if (tell) {
            handler.fatal(what, cause);
        }
    }
}
