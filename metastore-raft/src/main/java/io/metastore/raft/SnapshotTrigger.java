package io.metastore.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Has a snapshot taken when enough was applied since the last, or when asked; one at a time. */
final class SnapshotTrigger {

    private final Executor executor;
    private final Consumer<Closure> take;
    private final long everyEntries;
    private final long everyBytes;

    // ---- apply thread
    private long entries;
    private long bytes;

    // ---- under the lock
    private final Object lock = new Object();
    private @Nullable CompletableFuture<Void> running;
    private @Nullable CompletableFuture<Void> following;

    SnapshotTrigger(Executor executor, Consumer<Closure> take, long everyEntries, long everyBytes) {
        this.executor = executor;
        this.take = take;
        this.everyEntries = everyEntries;
        this.everyBytes = everyBytes;
    }

    /** Apply thread. */
    void applied(int moreEntries, long moreBytes) {
        entries += moreEntries;
        bytes += moreBytes;
        if ((everyEntries > 0 && entries >= everyEntries) || (everyBytes > 0 && bytes >= everyBytes)) {
            entries = 0;
            bytes = 0;
            var unused = request();
        }
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
