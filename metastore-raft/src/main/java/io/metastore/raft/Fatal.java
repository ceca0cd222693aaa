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
    private volatile boolean closing;
    private volatile boolean starting = true;

    Fatal(FatalHandler handler, Runnable onFirst) {
        this.handler = handler;
        this.onFirst = onFirst;
    }

    /** While the node starts, its failure is an exception of the start and not told to the handler. */
    void started() {
        starting = false;
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
        if (!first.compareAndSet(null, new Failure(what, cause))) {
            log.info("failed again: {}: {}", what, String.valueOf(cause));
            return;
        }
        log.error("raft has failed: {}", what, cause);
        onFirst.run();
        if (!starting) {
            handler.fatal(what, cause);
        }
    }
}
