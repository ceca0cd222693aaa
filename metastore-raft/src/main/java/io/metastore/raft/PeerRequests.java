package io.metastore.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.impl.PingRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.GetFileRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.InstallSnapshotRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.ReadIndexRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.RequestVoteRequestProcessor;
import com.alipay.sofa.jraft.rpc.impl.core.TimeoutNowRequestProcessor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands what other members call to jraft. Only the calls of {@link PeerMethods} exist; there is no remote control. */
final class PeerRequests implements PeerTransport.Service, AutoCloseable {

    private static final int THREADS = 8;
    private static final int MAX_QUEUED = 4096;
    private static final long IDLE_SECONDS = 10;

    private final RaftObserver observer;
    private final ThreadPoolExecutor executor;
    private final SnapshotPace pace;
    private final ScheduledExecutorService timer;
    private final AppendEntriesRequestProcessor appendEntries;
    private final Map<String, RpcProcessor<? extends Message>> processors;
    private final Map<String, PeerConnection> connections = new ConcurrentHashMap<>();

    /**
     * @param timer for what may not go on at once
     * @param observer told of the snapshots that come in
     */
    PeerRequests(ThreadNames names, SnapshotPace pace, ScheduledExecutorService timer, RaftObserver observer) {
        this.pace = pace;
        this.timer = timer;
        this.observer = observer;
        executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED),
                names.factory("raft-peer"));
        executor.allowCoreThreadTimeOut(true);
        appendEntries = new AppendEntriesRequestProcessor(executor);
        processors = Map.of(
                "AppendEntries",
                appendEntries,
                "RequestVote",
                new RequestVoteRequestProcessor(executor),
                "ReadIndex",
                new ReadIndexRequestProcessor(executor),
                "TimeoutNow",
                new TimeoutNowRequestProcessor(executor),
                "InstallSnapshot",
                new InstallSnapshotRequestProcessor(executor),
                PeerMethods.GET_FILE,
                new GetFileRequestProcessor(executor),
                "Ping",
                new PingRequestProcessor(executor));
    }

    @Override
    public void handle(String from, String method, byte[] body, PeerTransport.Reply reply) {
        PeerMethods.Method known = PeerMethods.named(method);
        if (known == null) {
            reply.failed(new IllegalArgumentException("members do not call " + method));
            return;
        }
        try {
            Message request = known.parseRequest(body);
            PeerConnection connection = connections.computeIfAbsent(from, this::connectionOf);
            Consumer<Message> observing = observing(request);
            RpcContext context = new Context(connection, answer -> {
                observing.accept(answer);
                answer(known, answer, reply);
            });
            executorFor(request, connection).execute(() -> process(method, context, request));
        } catch (InvalidProtocolBufferException | RejectedExecutionException e) {
            reply.failed(e);
        }
    }

    private Executor executorFor(Message request, PeerConnection connection) {
        if (request instanceof PingRequest) {
            return Runnable::run; // members wait for it with locks held, so it waits for nothing
        }
        // Entries of one leader are taken in one after the other. Not as jraft would do it, with a thread for each
        // leader: ending that thread can wait for a lock that the thread itself needs.
        return request instanceof AppendEntriesRequest ? connection.inOrder : executor;
    }

    private void answer(PeerMethods.Method method, Message response, PeerTransport.Reply reply) {
        byte[] body = method.bytesOf(response);
        long wait = method.name().equals(PeerMethods.GET_FILE) ? pace.reserve(body.length) : 0;
        if (wait == 0) {
            reply.answered(body);
        } else if (wait == SnapshotPace.FULL) {
            reply.failed(new RejectedExecutionException("too many members ask for a snapshot at once"));
        } else {
            try {
                var unused = timer.schedule(() -> reply.answered(body), wait, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                reply.failed(closed);
            }
        }
    }

    /** What is to be told of the answer before it leaves. */
    private Consumer<Message> observing(Message request) {
        if (!(request instanceof InstallSnapshotRequest snapshot)) {
            return answer -> {};
        }
        PeerId leader = new PeerId();
        if (!leader.parse(snapshot.getServerId())) {
            return answer -> {};
        }
        long from = PeerIds.memberId(leader);
        long start = System.nanoTime();
        observer.snapshotReceiving(from);
        return answer -> {
            boolean success = answer instanceof InstallSnapshotResponse installed && installed.getSuccess();
            observer.snapshotReceived(from, success, System.nanoTime() - start);
        };
    }

    private PeerConnection connectionOf(String from) {
        return new PeerConnection(from, new SerialExecutor(executor, MAX_QUEUED));
    }

    @SuppressWarnings("unchecked")
    private void process(String method, RpcContext context, Message request) {
        RpcProcessor<Message> processor = (RpcProcessor<Message>) processors.get(method);
        if (processor != null) {
            processor.handleRequest(context, request);
        }
    }

    @Override
    public void disconnected(String from) {
        PeerConnection connection = connections.remove(from);
        if (connection != null) {
            try {
                // After what came before, and not on the thread of the member that has gone.
                connection.inOrder.execute(() -> appendEntries.onClosed(from, connection));
            } catch (RejectedExecutionException e) {
                appendEntries.onClosed(from, connection);
            }
        }
    }

    @Override
    public void close() {
        connections.clear();
        executor.shutdown();
        appendEntries.destroy();
    }

    private record Context(PeerConnection connection, Consumer<Message> answer) implements RpcContext {

        @Override
        public void sendResponse(Object response) {
            answer.accept((Message) response);
        }

        @Override
        public Connection getConnection() {
            return connection;
        }

        @Override
        public String getRemoteAddress() {
            return connection.from;
        }
    }

    private static final class PeerConnection implements Connection {

        private final String from;
        private final Executor inOrder;
        private final Map<String, Object> attributes = new ConcurrentHashMap<>();

        PeerConnection(String from, Executor inOrder) {
            this.from = from;
            this.inOrder = inOrder;
        }

        @Override
        public @Nullable Object getAttribute(String key) {
            return attributes.get(key);
        }

        @Override
        public void setAttribute(String key, Object value) {
            attributes.put(key, value);
        }

        @Override
        public @Nullable Object setAttributeIfAbsent(String key, Object value) {
            return attributes.putIfAbsent(key, value);
        }

        @Override
        public void close() {
            // The caller starts over by itself: its pipeline broke.
        }
    }
}
