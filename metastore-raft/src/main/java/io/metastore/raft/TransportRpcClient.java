package io.metastore.raft;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** jraft's calls to other members, put onto the transport of the member that makes them. */
final class TransportRpcClient implements RpcClient {

    private PeerTransport.@Nullable Client client;
    private @Nullable PeerProgress progress;
    private @Nullable PeerCallMeter meter;

    @Override
    public boolean init(RpcOptions options) {
        MemberNodeOptions member = (MemberNodeOptions) options;
        client = member.transport().connect(member.self());
        progress = member.progress();
        meter = member.meter();
        return true;
    }

    private PeerTransport.Client client() {
        return Objects.requireNonNull(client, "not initialized");
    }

    @Override
    public void shutdown() {
        client().close();
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        return client().reachable(PeerIds.memberId(endpoint));
    }

    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        return checkConnection(endpoint);
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        client().disconnect(PeerIds.memberId(endpoint));
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup replicatorGroup) {
        // Replicators to members that were away are restarted by the leader's own timer.
    }

    @Override
    public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMillis)
            throws InterruptedException, RemotingException {
        if (request instanceof PingRequest) {
            // jraft asks so, with locks held, whether there is a connection: what stands needs no answer of the other.
            if (client().awaitReachable(PeerIds.memberId(endpoint), timeoutMillis)) {
                return ErrorResponse.newBuilder().setErrorCode(0).build();
            }
            throw new RemotingException("no connection to member " + endpoint.getIp());
        }
        CompletableFuture<Object> answer = new CompletableFuture<>();
        InvokeCallback complete = (result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
        };
        invokeAsync(endpoint, request, context, complete, timeoutMillis);
        try {
            return answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new InvokeTimeoutException(e);
        } catch (ExecutionException e) {
            throw new RemotingException(e.getCause());
        }
    }

    @Override
    public void invokeAsync(
            Endpoint endpoint,
            Object request,
            @Nullable InvokeContext context,
            InvokeCallback callback,
            long timeoutMillis) {
        PeerMethods.Method method = PeerMethods.of(request);
        byte[] body = ((Message) request).toByteArray();
        long member = PeerIds.memberId(endpoint);
        PeerProgress seen = Objects.requireNonNull(progress, "not initialized");
        if (request instanceof AppendEntriesRequest append) {
            seen.told(member, append.getCommittedIndex());
        }
        InvokeCallback ended = Objects.requireNonNull(meter, "not initialized").calling(member, request, callback);
        Executor executor = callback.executor();
        client().call(
                        member,
                        method.name(),
                        body,
                        timeoutMillis,
                        new Reply(member, seen, method, ended, executor == null ? Runnable::run : executor));
    }

    private record Reply(
            long member, PeerProgress progress, PeerMethods.Method method, InvokeCallback callback, Executor executor)
            implements PeerTransport.Reply {

        @Override
        public void answered(byte[] body) {
            run(() -> {
                Message message;
                try {
                    message = method.parseResponse(body);
                } catch (InvalidProtocolBufferException e) {
                    callback.complete(null, new RemotingException(e));
                    return;
                }
                if (message instanceof AppendEntriesResponse append
                        && append.getSuccess()
                        && append.hasLastLogIndex()) {
                    progress.answered(member, append.getTerm(), append.getLastLogIndex());
                }
                callback.complete(message, null);
            });
        }

        @Override
        public void failed(Exception why) {
            run(() -> callback.complete(
                    null,
                    why instanceof TimeoutException ? new InvokeTimeoutException(why) : new RemotingException(why)));
        }

        private void run(Runnable task) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                // The member is closing; nobody waits.
            }
        }
    }
}
