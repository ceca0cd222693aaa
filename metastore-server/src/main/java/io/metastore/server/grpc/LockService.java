package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LockGrpc;
import io.metastore.api.rpc.LockRequest;
import io.metastore.api.rpc.LockResponse;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.api.rpc.UnlockRequest;
import io.metastore.api.rpc.UnlockResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * v3lockpb.Lock: nothing but transactions and watches on this member, so it knows no more than a client could (etcd:
 * etcdserver/api/v3lock, client/v3/concurrency/mutex.go).
 */
final class LockService extends LockGrpc.LockImplBase {
    private final Channel member;

    LockService(Channel member) {
        this.member = member;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> client) {
        LocalClient self = LocalClient.ofCaller(member);
        Turn turn = new Turn(self, request.getName());
        ((ServerCallStreamObserver<LockResponse>) client).setOnCancelHandler(turn::cancel);
        self.leaseOrNew(request.getLease())
                .thenCompose(lease -> lock(self, turn, request.getName(), lease))
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private static CompletableFuture<LockResponse> lock(LocalClient self, Turn turn, ByteString name, long lease) {
        ByteString key = turn.keyOf(lease);
        return self.txn(enqueue(name, key, lease)).thenCompose(queued -> {
            long mine = createRevision(queued);
            List<KeyValue> owner = queued.getResponses(1).getResponseRange().getKvsList();
            if (owner.isEmpty() || owner.get(0).getCreateRevision() == mine) {
                return CompletableFuture.completedFuture(response(queued.getHeader(), key));
            }
            return await(self, turn, key, mine);
        });
    }

    /** Takes the last place, or finds the one that was taken with this lease before; and sees whose turn it is. */
    private static TxnRequest enqueue(ByteString name, ByteString key, long lease) {
        RequestOp owner =
                RequestOp.newBuilder().setRequestRange(Turn.first(name)).build();
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.CREATE)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setCreateRevision(0))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(key).setLease(lease)))
                .addSuccess(owner)
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key)))
                .addFailure(owner)
                .build();
    }

    private static long createRevision(TxnResponse queued) {
        return queued.getSucceeded()
                ? queued.getHeader().getRevision()
                : queued.getResponses(0).getResponseRange().getKvs(0).getCreateRevision();
    }

    private static CompletableFuture<LockResponse> await(LocalClient self, Turn turn, ByteString key, long mine) {
        return turn.await(mine - 1)
                .thenCompose(
                        now -> self.range(RangeRequest.newBuilder().setKey(key).build()))
                .thenCompose(own -> turn.isCancelled()
                        ? CompletableFuture.failedFuture(Status.CANCELLED.asRuntimeException())
                        : CompletableFuture.completedFuture(own))
                .exceptionallyCompose(failure -> self.delete(key)
                        .handle((gone, alsoFailed) -> null)
                        .thenCompose(done -> CompletableFuture.failedFuture(failure)))
                .thenApply(own -> {
                    if (own.getKvsCount() == 0) {
                        throw EtcdError.MUTEX_SESSION_EXPIRED.exception();
                    }
                    return response(own.getHeader(), key);
                });
    }

    private static LockResponse response(ResponseHeader header, ByteString key) {
        return LockResponse.newBuilder().setHeader(header).setKey(key).build();
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> client) {
        LocalClient.ofCaller(member)
                .delete(request.getKey())
                .thenApply(deleted -> UnlockResponse.newBuilder()
                        .setHeader(deleted.getHeader())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }
}
