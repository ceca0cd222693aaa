package io.metastore.server.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The place of one caller in the queue for a name: each caller has a key under it, and it is the turn of the one whose key
 * was created first. A caller waits for the newest key before its own, then looks again, so that each key that goes wakes
 * one caller (etcd: client/v3/concurrency/key.go).
 */
final class Turn {
    private final LocalClient member;
    private final ByteString prefix;

    // The caller may go away on its own thread while the queue moves on another.
    private final Object lock = new Object();

    @GuardedBy("lock")
    private boolean cancelled;

    @GuardedBy("lock")
    private @Nullable Runnable stopWaiting;

    Turn(LocalClient member, ByteString name) {
        this.member = member;
        this.prefix = prefix(name);
    }

    /** Under it are the keys of all who queue for the name. */
    static ByteString prefix(ByteString name) {
        return name.concat(ByteString.copyFromUtf8("/"));
    }

    /** The key of who queues with this lease; a lease below zero, which nobody can hold, is written as Go writes it. */
    ByteString keyOf(long lease) {
        return prefix.concat(ByteString.copyFrom(Long.toString(lease, 16), StandardCharsets.US_ASCII));
    }

    /** Asks for the key whose turn it is. */
    static RangeRequest first(ByteString name) {
        return one(prefix(name), SortOrder.ASCEND).build();
    }

    private static RangeRequest.Builder one(ByteString prefix, SortOrder order) {
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(endOf(prefix))
                .setSortTarget(SortTarget.CREATE)
                .setSortOrder(order)
                .setLimit(1);
    }

    /** The prefix ends in a slash, so its successor is simple. */
    static ByteString endOf(ByteString prefix) {
        return prefix.substring(0, prefix.size() - 1).concat(ByteString.copyFromUtf8("0"));
    }

    /** Completes when no key is left that was created at this revision or before; fails at once when cancelled. */
    CompletableFuture<Void> await(long newestBefore) {
        return member.range(one(prefix, SortOrder.DESCEND)
                        .setMaxCreateRevision(newestBefore)
                        .build())
                .thenCompose(before -> {
                    if (before.getKvsCount() == 0) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return deleted(before.getKvs(0).getKey(), before.getHeader().getRevision())
                            .thenCompose(gone -> await(newestBefore));
                });
    }

    private CompletableFuture<Void> deleted(ByteString key, long fromRevision) {
        CompletableFuture<Void> deleted = new CompletableFuture<>();
        synchronized (lock) {
            if (cancelled) {
                return CompletableFuture.failedFuture(Status.CANCELLED.asRuntimeException());
            }
            stopWaiting = () -> deleted.completeExceptionally(Status.CANCELLED.asRuntimeException());
        }
        WaitForDelete wait = new WaitForDelete(deleted);
        LocalWatch watch = member.watch(
                WatchCreateRequest.newBuilder()
                        .setKey(key)
                        .setStartRevision(fromRevision)
                        .build(),
                wait);
        wait.started(watch);
        deleted.whenComplete((done, failure) -> watch.close());
        return deleted;
    }

    /** The caller is gone: whoever waits in {@link #await}, now or later, fails. */
    void cancel() {
        Runnable stop;
        synchronized (lock) {
            cancelled = true;
            stop = stopWaiting;
        }
        if (stop != null) {
            stop.run();
        }
    }

    boolean isCancelled() {
        synchronized (lock) {
            return cancelled;
        }
    }

    private static final class WaitForDelete implements LocalWatch.Listener {
        private final CompletableFuture<Void> deleted;
        private final CompletableFuture<LocalWatch> watch = new CompletableFuture<>();

        WaitForDelete(CompletableFuture<Void> deleted) {
            this.deleted = deleted;
        }

        /** Events may come before whoever opened the watch holds it. */
        void started(LocalWatch opened) {
            watch.complete(opened);
        }

        @Override
        public void events(WatchResponse response) {
            if (response.getEventsList().stream().anyMatch(event -> event.getType() == Event.EventType.DELETE)) {
                deleted.complete(null);
            } else {
                watch.thenAccept(LocalWatch::next);
            }
        }

        @Override
        public void ended(StatusRuntimeException why) {
            deleted.completeExceptionally(why);
        }
    }
}
