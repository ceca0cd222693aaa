package io.metastore.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.DefragmentRequest;
import io.metastore.api.rpc.DefragmentResponse;
import io.metastore.api.rpc.DowngradeRequest;
import io.metastore.api.rpc.DowngradeResponse;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.HashRequest;
import io.metastore.api.rpc.HashResponse;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.MoveLeaderRequest;
import io.metastore.api.rpc.MoveLeaderResponse;
import io.metastore.api.rpc.SnapshotRequest;
import io.metastore.api.rpc.SnapshotResponse;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.raft.Leadership;
import io.metastore.raft.RaftNode;
import io.metastore.server.Version;
import io.metastore.server.cluster.LeaderHandover;
import io.metastore.server.replication.Replicator;
import io.metastore.storage.mvcc.KvHash;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Outcome;
import io.metastore.storage.state.StateMachine;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/** etcdserverpb.Maintenance: status, alarms, hashes, defragmentation and snapshot of this member. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
    private final StateMachine state;
    private final RaftNode raft;
    private final Replicator replicator;
    private final Executor admin;
    private final Headers headers;
    private final Access access;
    private final long quotaBytes;
    private final LeaderHandover handover;
    private final Downgrades downgrades;
    private final BooleanSupplier learner;

    MaintenanceService(
            StateMachine state,
            RaftNode raft,
            Replicator replicator,
            Executor admin,
            Headers headers,
            Access access,
            long quotaBytes,
            LeaderHandover handover,
            Downgrades downgrades,
            BooleanSupplier learner) {
        this.state = state;
        this.raft = raft;
        this.replicator = replicator;
        this.admin = admin;
        this.headers = headers;
        this.access = access;
        this.quotaBytes = quotaBytes;
        this.handover = handover;
        this.downgrades = downgrades;
        this.learner = learner;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
        Leadership leadership = raft.leadership();
        StatusResponse.Builder response = StatusResponse.newBuilder()
                .setHeader(headers.at(state.store().currentRevision()))
                .setVersion(Version.ETCD)
                .setDbSize(state.dbSize())
                .setLeader(leadership.leaderMemberId())
                .setRaftIndex(raft.committedIndex())
                .setRaftTerm(leadership.term())
                .setRaftAppliedIndex(raft.appliedIndex())
                .setDbSizeInUse(state.dbSizeInUse())
                .setStorageVersion(storageVersion())
                .setDbSizeQuota(quotaBytes)
                .setIsLearner(learner.getAsBoolean())
                .setDowngradeInfo(downgrades.info());
        if (leadership.leaderMemberId() == 0) {
            response.addErrors(EtcdError.NO_LEADER.status().getDescription());
        }
        for (AlarmMember alarm : state.alarms().active(AlarmType.NONE)) {
            response.addErrors(text(alarm));
        }
        client.onNext(response.build());
        client.onCompleted();
    }

    /** As Go prints the message: what is zero is left out. */
    private static String text(AlarmMember alarm) {
        String type = "alarm:" + alarm.getAlarm();
        return alarm.getMemberID() == 0
                ? type
                : "memberID:%s %s".formatted(Long.toUnsignedString(alarm.getMemberID()), type);
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> client) {
        switch (request.getAction()) {
            case GET -> {
                AlarmResponse.Builder response = responseAtHead();
                response.addAllAlarms(state.alarms().active(request.getAlarm()));
                client.onNext(response.build());
                client.onCompleted();
            }
            case ACTIVATE, DEACTIVATE -> {
                if (refused(client)) {
                    return;
                }
                Command command = access.asked(Credentials.current(), new Command.Alarm(request));
                replicator.submit(command).whenComplete((outcome, failure) -> {
                    if (failure != null) {
                        client.onError(Replies.statusOf(failure).asRuntimeException());
                    } else {
                        answer(outcome, client);
                    }
                });
            }
            case UNRECOGNIZED -> {
                if (refused(client)) {
                    return;
                }
                client.onNext(responseAtHead().build());
                client.onCompleted();
            }
        }
    }

    private boolean refused(StreamObserver<?> client) {
        try {
            access.requireAdmin(Credentials.current());
            return false;
        } catch (EtcdException refusal) {
            client.onError(refusal.error().status().asRuntimeException());
            return true;
        }
    }

    private AlarmResponse.Builder responseAtHead() {
        return AlarmResponse.newBuilder().setHeader(headers.at(state.store().currentRevision()));
    }

    private void answer(Outcome outcome, StreamObserver<AlarmResponse> client) {
        if (outcome instanceof Outcome.Rejected rejected) {
            client.onError(rejected.error().status().asRuntimeException());
            return;
        }
        try {
            AlarmResponse body =
                    AlarmResponse.parseFrom(((Outcome.Applied) outcome).body().toByteArray());
            client.onNext(responseAtHead().addAllAlarms(body.getAlarmsList()).build());
            client.onCompleted();
        } catch (InvalidProtocolBufferException ours) {
            client.onError(Status.INTERNAL.withCause(ours).asRuntimeException());
        }
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> client) {
        ServerCallStreamObserver<MoveLeaderResponse> call = (ServerCallStreamObserver<MoveLeaderResponse>) client;
        handover.moveTo(request.getTargetID(), call::isCancelled)
                .thenApply(moved -> MoveLeaderResponse.getDefaultInstance())
                .whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> client) {
        onAdmin(client, () -> {
            state.defragment();
            client.onNext(DefragmentResponse.getDefaultInstance());
            client.onCompleted();
        });
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> client) {
        onAdmin(client, () -> {
            client.onNext(HashResponse.newBuilder()
                    .setHeader(headers.at(state.store().currentRevision()))
                    .setHash(state.hash())
                    .build());
            client.onCompleted();
        });
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> client) {
        onAdmin(client, () -> {
            KvHash hash = state.hashKv(request.getRevision());
            client.onNext(HashKVResponse.newBuilder()
                    .setHeader(headers.at(state.store().currentRevision()))
                    .setHash(hash.hash())
                    .setCompactRevision(hash.compactRevision())
                    .setHashRevision(hash.hashRevision())
                    .build());
            client.onCompleted();
        });
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> client) {
        String version = storageVersion();
        new SnapshotStream(() -> state.backup(version), version, admin, (ServerCallStreamObserver<SnapshotResponse>)
                        client)
                .start();
    }

    private String storageVersion() {
        return Version.storage(state.members().clusterVersion());
    }

    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> client) {
        downgrades.answer(request).whenComplete((response, failure) -> UnaryAnswer.send(client, response, failure));
    }

    private void onAdmin(StreamObserver<?> client, Runnable work) {
        try {
            admin.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException failure) {
                    client.onError(Replies.statusOf(failure).asRuntimeException());
                }
            });
        } catch (RejectedExecutionException full) {
            client.onError(EtcdError.TOO_MANY_REQUESTS.status().asRuntimeException());
        }
    }
}
