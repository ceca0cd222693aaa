package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has a snapshot taken when enough was applied since the last, or when asked; one at a time. With each the log loses what the
 * one before it holds. So none is taken for the log's sake while a member is brought up to date by one, for he will need what
 * follows it (etcd: server.go, inflightSnapshots), unless the log gets far too long.
 */
final class SnapshotTrigger {

    /** The log may grow to so many times of what it should. */
    private static final int PATIENCE = 16;

    private final Executor executor;
    private final Consumer<Closure> take;
    private final long everyEntries;
    private final long everyBytes;
    private final BooleanSupplier sending;

    // ---- apply thread
    private long entries;
    private long bytes;

    // ---- under the lock
    private final Object lock = new Object();
    private @Nullable CompletableFuture<Void> running;
    private @Nullable CompletableFuture<Void> following;

    /** @param sending whether some member gets a snapshot at the moment */
    SnapshotTrigger(
            Executor executor, Consumer<Closure> take, long everyEntries, long everyBytes, BooleanSupplier sending) {
        this.executor = executor;
        this.take = take;
        this.everyEntries = everyEntries;
        this.everyBytes = everyBytes;
        this.sending = sending;
    }

    /** Apply thread. */
    void applied(int moreEntries, long moreBytes) {
        entries += moreEntries;
        bytes += moreBytes;
        if (isDue(1) && (!sending.getAsBoolean() || isDue(PATIENCE))) {
            entries = 0;
            bytes = 0;
            var unused = request();
        }
    }

    private boolean isDue(int times) {
        return (everyEntries > 0 && entries >= times * everyEntries) || (everyBytes > 0 && bytes >= times * everyBytes);
    }

    /** Done when a snapshot is durable that was begun after this call. */
    CompletableFuture<Void> request() {
        synchronized (lock) {
            if (running != null) {
                if (following == null) {
                    following = new CompletableFuture<>();
                }
                return following;
            }
            CompletableFuture<Void> begun = new CompletableFuture<>();
            running = begun;
            begin(begun);
            return begun;
        }
    }

    private void begin(CompletableFuture<Void> snapshot) {
        try {
            executor.execute(() -> {
                try {
                    take.accept(status -> end(snapshot, status));
                } catch (RuntimeException e) {
                    end(snapshot, new Status(-1, "%s", e));
                }
            });
        } catch (RejectedExecutionException e) {
            running = null;
            snapshot.completeExceptionally(
                    new RaftException.Refused(RaftException.Reason.STOPPED, "the member has stopped"));
        }
    }

    private void end(CompletableFuture<Void> snapshot, Status status) {
        synchronized (lock) {
            running = following;
            following = null;
            if (running != null) {
                begin(running);
            }
        }
        if (status.isOk()) {
            snapshot.complete(null);
        } else {
            snapshot.completeExceptionally(
                    new RaftException.Refused(RaftException.Reason.STOPPED, "no snapshot was taken: " + status));
        }
    }
}
