package io.metastore.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.CampaignRequest;
import io.metastore.api.rpc.CampaignResponse;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.ElectionGrpc;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaderKey;
import io.metastore.api.rpc.LeaderRequest;
import io.metastore.api.rpc.LeaderResponse;
import io.metastore.api.rpc.ProclaimRequest;
import io.metastore.api.rpc.ProclaimResponse;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResignRequest;
import io.metastore.api.rpc.ResignResponse;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import java.util.concurrent.CompletableFuture;

/**
 * v3electionpb.Election: transactions and watches on this member; a candidate is a key, the oldest is the leader (etcd:
 * etcdserver/api/v3election, client/v3/concurrency/election.go).
 */
final class ElectionService extends ElectionGrpc.ElectionImplBase {
    private final Channel member;

    ElectionService(Channel member) {
        this.member = member;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> client) {
        LocalClient self = LocalClient.ofCaller(member);
        Turn turn = new Turn(self, request.getName());
        ((ServerCallStreamObserver<CampaignResponse>) client).setOnCancelHandler(turn::cancel);
        self.leaseOrNew(request.getLease())
                .thenCompose(lease -> campaign(self, turn, request, lease))
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    /** The header is that of the candidacy, not of the moment of winning. */
    private static CompletableFuture<CampaignResponse> campaign(
            LocalClient self, Turn turn, CampaignRequest request, long lease) {
        ByteString key = turn.keyOf(lease);
        return self.txn(stand(key, request.getValue(), lease)).thenCompose(stood -> {
            LeaderKey.Builder candidate = LeaderKey.newBuilder()
                    .setName(request.getName())
                    .setKey(key)
                    .setLease(lease);
            if (stood.getSucceeded()) {
                candidate.setRev(stood.getHeader().getRevision());
            } else {
                candidate.setRev(standing(stood).getCreateRevision());
            }
            LeaderKey leader = candidate.build();
            return revalue(self, stood, leader, request.getValue())
                    .thenCompose(valued -> await(self, turn, leader))
                    .thenApply(won -> CampaignResponse.newBuilder()
                            .setHeader(stood.getHeader())
                            .setLeader(leader)
                            .build());
        });
    }

    private static TxnRequest stand(ByteString key, ByteString value, long lease) {
        return TxnRequest.newBuilder()
                .addCompare(created(key, 0))
                .addSuccess(put(key, value, lease))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key)))
                .build();
    }

    private static KeyValue standing(TxnResponse stood) {
        return stood.getResponses(0).getResponseRange().getKvs(0);
    }

    /** Who stands already with another value takes the new one. */
    private static CompletableFuture<Void> revalue(
            LocalClient self, TxnResponse stood, LeaderKey leader, ByteString value) {
        if (stood.getSucceeded() || standing(stood).getValue().equals(value)) {
            return CompletableFuture.completedFuture(null);
        }
        return proclaim(self, leader, leader.getLease(), value)
                .<Void>thenApply(proclaimed -> null)
                .exceptionallyCompose(failure -> withdrawn(self, leader, failure));
    }

    /** A candidate that is gone does not stand in the way of others; one whose wait failed otherwise keeps its place. */
    private static CompletableFuture<Void> await(LocalClient self, Turn turn, LeaderKey leader) {
        return turn.await(leader.getRev() - 1)
                .exceptionallyCompose(failure -> turn.isCancelled()
                        ? withdrawn(self, leader, failure)
                        : CompletableFuture.failedFuture(failure));
    }

    private static CompletableFuture<Void> withdrawn(LocalClient self, LeaderKey leader, Throwable why) {
        return self.txn(resign(leader))
                .handle((gone, alsoFailed) -> null)
                .thenCompose(done -> CompletableFuture.failedFuture(why));
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> client) {
        if (!request.hasLeader()) {
            client.onError(EtcdError.LEADER_FIELD_MISSING.status().asRuntimeException());
            return;
        }
        LocalClient self = LocalClient.ofCaller(member);
        self.leaseOrNew(request.getLeader().getLease())
                .thenCompose(lease -> proclaim(self, request.getLeader(), lease, request.getValue()))
                .thenApply(proclaimed -> ProclaimResponse.newBuilder()
                        .setHeader(proclaimed.getHeader())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private static CompletableFuture<TxnResponse> proclaim(
            LocalClient self, LeaderKey leader, long lease, ByteString value) {
        return self.txn(TxnRequest.newBuilder()
                        .addCompare(created(leader.getKey(), leader.getRev()))
                        .addSuccess(put(leader.getKey(), value, lease))
                        .build())
                .thenApply(proclaimed -> {
                    if (!proclaimed.getSucceeded()) {
                        throw EtcdError.ELECTION_NOT_LEADER.exception();
                    }
                    return proclaimed;
                });
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> client) {
        LocalClient.ofCaller(member)
                .range(Turn.first(request.getName()))
                .thenApply(found -> {
                    if (found.getKvsCount() == 0) {
                        throw EtcdError.ELECTION_NO_LEADER.exception();
                    }
                    return LeaderResponse.newBuilder()
                            .setHeader(found.getHeader())
                            .setKv(found.getKvs(0))
                            .build();
                })
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> client) {
        new ObserveStream(LocalClient.ofCaller(member), request.getName(), (ServerCallStreamObserver<LeaderResponse>)
                        client)
                .start();
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> client) {
        if (!request.hasLeader()) {
            client.onError(EtcdError.LEADER_FIELD_MISSING.status().asRuntimeException());
            return;
        }
        LocalClient self = LocalClient.ofCaller(member);
        self.leaseOrNew(request.getLeader().getLease())
                .thenCompose(lease -> self.txn(resign(request.getLeader())))
                .thenApply(resigned -> ResignResponse.newBuilder()
                        .setHeader(resigned.getHeader())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private static TxnRequest resign(LeaderKey leader) {
        return TxnRequest.newBuilder()
                .addCompare(created(leader.getKey(), leader.getRev()))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(leader.getKey())))
                .build();
    }

    private static Compare created(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    private static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }
}
