package io.metastore.server.grpc;

import io.grpc.stub.StreamObserver;
import io.metastore.api.rpc.ClusterGrpc;
import io.metastore.api.rpc.MemberListRequest;
import io.metastore.api.rpc.MemberListResponse;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.cluster.MemberStore;

/** etcdserverpb.Cluster, as far as one member goes: the list of members. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final MemberStore members;
    private final ReadGate gate;
    private final Headers headers;

    ClusterService(MemberStore members, ReadGate gate, Headers headers) {
        this.members = members;
        this.gate = gate;
        this.headers = headers;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
        Runnable answer = () -> {
            MemberListResponse.Builder response =
                    MemberListResponse.newBuilder().setHeader(headers.at(0));
            members.members().forEach(member -> response.addMembers(member.toProto()));
            client.onNext(response.build());
            client.onCompleted();
        };
        if (request.getLinearizable()) {
            gate.linearizable(
                    answer, why -> client.onError(Replies.statusOf(why).asRuntimeException()));
        } else {
            answer.run();
        }
    }
}
