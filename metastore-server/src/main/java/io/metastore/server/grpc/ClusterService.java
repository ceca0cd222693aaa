package io.metastore.server.grpc;

import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.Member;
import io.metastore.api.rpc.MemberAddRequest;
import io.metastore.api.rpc.MemberAddResponse;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.MemberListResponse;
import io.metastore.api.rpc.MemberPromoteRequest;
import io.metastore.api.rpc.MemberPromoteResponse;
import io.metastore.api.rpc.MemberRemoveRequest;
import io.metastore.api.rpc.MemberRemoveResponse;
import io.metastore.api.rpc.MemberUpdateRequest;
import io.metastore.api.rpc.MemberUpdateResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.server.cluster.Membership;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.cluster.MemberStore;
import java.util.List;

/** etcdserverpb.Cluster. Headers carry no revision: members are no keys. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final MemberStore members;
    private final Membership membership;
    private final ReadGate gate;
    private final Headers headers;

    ClusterService(MemberStore members, Membership membership, ReadGate gate, Headers headers) {
        this.members = members;
        this.membership = membership;
        this.gate = gate;
        this.headers = headers;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
        Runnable answer = () -> UnaryAnswer.send(
                client,
                MemberListResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(all())
                        .build(),
                null);
        if (request.getLinearizable()) {
            gate.linearizable(answer, why -> UnaryAnswer.send(client, null, why));
        } else {
            answer.run();
        }
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> client) {
        membership
                .add(request.getPeerURLsList(), request.getIsLearner())
                .thenApply(added -> MemberAddResponse.newBuilder()
                        .setHeader(header())
                        .setMember(added.toProto())
                        .addAllMembers(all())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    @Override
    public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> client) {
        membership
                .remove(request.getID())
                .thenApply(done -> MemberRemoveResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(all())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    @Override
    public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> client) {
        membership
                .update(request.getID(), request.getPeerURLsList())
                .thenApply(done -> MemberUpdateResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(all())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    @Override
    public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> client) {
        membership
                .promote(request.getID())
                .thenApply(done -> MemberPromoteResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(all())
                        .build())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private ResponseHeader header() {
        return headers.at(0);
    }

    private List<Member> all() {
        return members.members().stream()
                .map(io.metastore.storage.cluster.Member::toProto)
                .toList();
    }
}
