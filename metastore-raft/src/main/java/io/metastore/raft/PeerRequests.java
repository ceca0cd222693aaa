package io.metastore.raft;

import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
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
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hands what other members call to jraft. Only the calls of {@link PeerMethods} exist; there is no remote control. */
final class PeerRequests implements PeerTransport.Service, AutoCloseable {

    private static final int THREADS = 8;
    private static final int MAX_QUEUED = 4096;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor executor;
    private final AppendEntriesRequestProcessor appendEntries;
    private final Map<String, RpcProcessor<? extends Message>> processors;
    private final Map<String, PeerConnection> connections = new ConcurrentHashMap<>();

    PeerRequests(ThreadNames names) {
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
                "AppendEntries", appendEntries,
                "RequestVote", new RequestVoteRequestProcessor(executor),
                "ReadIndex", new ReadIndexRequestProcessor(executor),
                "TimeoutNow", new TimeoutNowRequestProcessor(executor),
                "InstallSnapshot", new InstallSnapshotRequestProcessor(executor),
                "GetFile", new GetFileRequestProcessor(executor),
                "Ping", new PingRequestProcessor(executor));
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
            RpcContext context = new Context(known, connection, reply);
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

    private record Context(PeerMethods.Method method, PeerConnection connection, PeerTransport.Reply reply)
            implements RpcContext {

        @Override
        public void sendResponse(Object response) {
            reply.answered(method.answerOf((Message) response).toByteArray());
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
