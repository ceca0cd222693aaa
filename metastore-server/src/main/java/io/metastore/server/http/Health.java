package io.metastore.server.http;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmType;
import io.metastore.raft.RaftNode;
import io.metastore.server.Version;
import io.metastore.server.replication.ReadGate;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.RangeQuery;
import io.metastore.storage.state.StateMachine;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Is this member fit to serve (etcd: server/etcdserver/api/etcdhttp/health.go). Nobody is asked who wants to know. */
public final class Health {
    /** What can be asked for one by one; the order is that of answers. */
    enum Check {
        DATA_CORRUPTION("data_corruption"),
        SERIALIZABLE_READ("serializable_read"),
        LINEARIZABLE_READ("linearizable_read"),
        NON_LEARNER("non_learner");

        private final String checkName;

        Check(String checkName) {
            this.checkName = checkName;
        }

        String checkName() {
            return checkName;
        }
    }

    final LongAdder passed = new LongAdder();
    final LongAdder failed = new LongAdder();

    private final CheckCounts checks = new CheckCounts();
    private final StateMachine state;
    private final RaftNode raft;
    private final ReadGate gate;
    private final long memberId;

    public Health(StateMachine state, RaftNode raft, ReadGate gate, long memberId) {
        this.state = state;
        this.raft = raft;
        this.gate = gate;
        this.memberId = memberId;
    }

    /** Answers of {@code /health} so far that were good. */
    public long passed() {
        return passed.sum();
    }

    /** Answers of {@code /health} so far that were not. */
    public long failed() {
        return failed.sum();
    }

    /** What came out of single checks. */
    public CheckCounts checks() {
        return checks;
    }

    /** Alarms, then leader, then a read: completes with why the member is not healthy, or with an empty text. */
    CompletableFuture<String> check(Set<String> excludedAlarms, boolean serializable) {
        for (AlarmMember alarm : state.alarms().active(AlarmType.NONE)) {
            if (!excludedAlarms.contains(alarm.getAlarm().name())) {
                boolean known = alarm.getAlarm() == AlarmType.NOSPACE || alarm.getAlarm() == AlarmType.CORRUPT;
                return CompletableFuture.completedFuture("ALARM " + (known ? alarm.getAlarm() : "UNKNOWN"));
            }
        }
        if (!serializable && raft.leadership().leaderMemberId() == 0) {
            return CompletableFuture.completedFuture("RAFT NO LEADER");
        }
        return check(serializable ? Check.SERIALIZABLE_READ : Check.LINEARIZABLE_READ)
                .thenApply(failure -> failure.isEmpty() ? "" : "RANGE ERROR:" + failure);
    }

    /** Completes with what is wrong, or with an empty text. */
    CompletableFuture<String> check(Check check) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        switch (check) {
            case DATA_CORRUPTION ->
                answer.complete(state.alarms().active(AlarmType.CORRUPT).isEmpty() ? "" : "alarm activated: CORRUPT");
            case SERIALIZABLE_READ -> read(answer);
            case LINEARIZABLE_READ -> {
                Consumer<Throwable> failed = failure -> answer.complete(textOf(failure));
                gate.linearizable(() -> read(answer), failed);
            }
            case NON_LEARNER -> {
                boolean learner = state.members().find(memberId).stream().anyMatch(member -> member.learner());
                answer.complete(learner ? "not supported for learner" : "");
            }
        }
        return answer;
    }

    private void read(CompletableFuture<String> answer) {
        try {
            KeyRange nothing = KeyRange.fromRequest(ByteString.EMPTY, ByteString.EMPTY);
            state.store().range(RangeQuery.of(nothing, 0));
            answer.complete("");
        } catch (RuntimeException failure) {
            answer.complete(textOf(failure));
        }
    }

    private static String textOf(Throwable failure) {
        return failure instanceof EtcdException known ? known.error().text() : EtcdError.TIMEOUT.text();
    }

    String versionJson() {
        String agreed = state.members().clusterVersion();
        return "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
                .formatted(Version.ETCD, agreed.isEmpty() ? "not_decided" : agreed, Version.storage(agreed));
    }
}
