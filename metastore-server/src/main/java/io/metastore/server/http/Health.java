package io.metastore.server.http;

import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmType;
import io.metastore.raft.RaftNode;
import io.metastore.server.Version;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.state.StateMachine;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Is this member fit to serve: alarms, then leader, then a read (etcd: etcdhttp/health.go). */
public final class Health implements HttpEndpoint.HealthCheck, HttpEndpoint.VersionInfo {
    private final StateMachine state;
    private final RaftNode raft;
    private final ReadGate gate;

    public Health(StateMachine state, RaftNode raft, ReadGate gate) {
        this.state = state;
        this.raft = raft;
        this.gate = gate;
    }

    @Override
    public CompletableFuture<String> check(Set<String> excludedAlarms, boolean serializable) {
        for (AlarmMember alarm : state.alarms().active(AlarmType.NONE)) {
            if (!excludedAlarms.contains(alarm.getAlarm().name())) {
                return CompletableFuture.completedFuture("ALARM " + alarm.getAlarm());
            }
        }
        if (serializable) {
            return CompletableFuture.completedFuture("");
        }
        if (raft.leadership().leaderMemberId() == 0) {
            return CompletableFuture.completedFuture("RAFT NO LEADER");
        }
        CompletableFuture<String> read = new CompletableFuture<>();
        gate.linearizable(() -> read.complete(""), read::completeExceptionally);
        return read;
    }

    @Override
    public String serverVersion() {
        return Version.ETCD;
    }

    @Override
    public String clusterVersion() {
        String agreed = state.members().clusterVersion();
        return agreed.isEmpty() ? "not_decided" : agreed;
    }

    @Override
    public String storageVersion() {
        return Version.STORAGE;
    }
}
