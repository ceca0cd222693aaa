package io.metastore.raft;

import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the calls that this member makes, and tells which are snapshots and which heartbeats came late. Any thread.
 *
 * <p>jraft sends the next heartbeat an interval after the answer to the last one. One that comes an interval later than that is
 * late, and only the leader can be the reason; after an answer that did not come, the other may be it, so nothing is said.
 */
final class PeerCallMeter {
    private final RaftObserver observer;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final Map<Long, Pace> paces = new ConcurrentHashMap<>();

    PeerCallMeter(RaftObserver observer, long heartbeatNanos, LongSupplier nanoTime) {
        this.observer = observer;
        this.intervalNanos = heartbeatNanos;
        this.nanoTime = nanoTime;
    }

    /** To be called when a call is made; returns what is to be told of its end. */
    InvokeCallback calling(long member, Object request, InvokeCallback callback) {
        if (request instanceof AppendEntriesRequest append) {
            // jraft tells a probe from a heartbeat by data that is there and empty.
            boolean heartbeat = append.getEntriesCount() == 0 && !append.hasData();
            return heartbeat ? heartbeat(member, append.getTerm(), callback) : callback;
        }
        return request instanceof InstallSnapshotRequest ? snapshot(member, callback) : callback;
    }

    private InvokeCallback heartbeat(long member, long term, InvokeCallback callback) {
        Pace pace = paces.computeIfAbsent(member, id -> new Pace());
        if (pace.sending(term, nanoTime.getAsLong(), intervalNanos)) {
            observer.heartbeatLate(member);
        }
        return new Told(callback) {
            @Override
            void ended(@Nullable Object result, @Nullable Throwable failure) {
                if (failure == null) {
                    pace.answered(term, nanoTime.getAsLong());
                }
            }
        };
    }

    private InvokeCallback snapshot(long member, InvokeCallback callback) {
        long start = nanoTime.getAsLong();
        observer.snapshotSending(member);
        return new Told(callback) {
            @Override
            void ended(@Nullable Object result, @Nullable Throwable failure) {
                boolean success = result instanceof InstallSnapshotResponse answer && answer.getSuccess();
                observer.snapshotSent(member, success, nanoTime.getAsLong() - start);
            }
        };
    }

    /** Heartbeats to one member; under its own lock. */
    private static final class Pace {
        private long term;
        private boolean answered;
        private long answeredNanos;

        synchronized boolean sending(long itsTerm, long now, long intervalNanos) {
            boolean late = answered && term == itsTerm && now - answeredNanos > 2 * intervalNanos;
            term = itsTerm;
            answered = false;
            return late;
        }

        synchronized void answered(long itsTerm, long now) {
            if (term == itsTerm) {
                answered = true;
                answeredNanos = now;
            }
        }
    }

    /** What jraft is told, is told here first. */
    private abstract static class Told implements InvokeCallback {
        private final InvokeCallback callback;

        Told(InvokeCallback callback) {
            this.callback = callback;
        }

        abstract void ended(@Nullable Object result, @Nullable Throwable failure);

        @Override
        public void complete(@Nullable Object result, @Nullable Throwable failure) {
            ended(result, failure);
            callback.complete(result, failure);
        }

        @Override
        public Executor executor() {
            return callback.executor();
        }
    }
}
