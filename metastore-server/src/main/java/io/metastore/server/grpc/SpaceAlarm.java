package io.metastore.server.grpc;

import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.server.data.SpaceGuard;
import io.metastore.server.replication.Replicator;
import io.metastore.storage.state.Command;
import io.metastore.storage.state.Quota;
import io.metastore.storage.state.StateMachine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses requests that would grow the store past its quota or its disk, and raises the replicated NOSPACE alarm when it
 * does (etcd: server/etcdserver/api/v3rpc/quota.go).
 */
public final class SpaceAlarm {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceAlarm.class);

    private final StateMachine state;
    private final Quota quota;
    private final Replicator replicator;
    private final SpaceGuard disk;
    private final long memberId;
    private final AtomicReference<@Nullable CompletableFuture<?>> raising = new AtomicReference<>();

    public SpaceAlarm(StateMachine state, Quota quota, Replicator replicator, SpaceGuard disk, long memberId) {
        this.state = state;
        this.replicator = replicator;
        this.disk = disk;
        this.memberId = memberId;
        this.quota = quota;
    }

    /** Is there room for what the command may add, by etcd's rule? */
    boolean fits(Command command) {
        return quota.hasSpaceFor(command) && (!disk.isFull() || command.spaceCost() == 0);
    }

    /**
     * Lets a command pass for which there is room.
     *
     * @throws io.metastore.api.EtcdException NO_SPACE, and the alarm is on its way
     */
    void check(Command command) {
        if (!fits(command)) {
            raise();
            throw EtcdError.NO_SPACE.exception();
        }
    }

    /** Proposes the alarm for this member, once at a time; completes when it is agreed, or cannot be. */
    public CompletableFuture<?> raise() {
        CompletableFuture<?> underWay = raising.get();
        if (underWay != null) {
            return underWay;
        }
        LOG.warn("raising alarm NOSPACE dbSize={} quota={} diskFull={}", state.dbSize(), quota.bytes(), disk.isFull());
        AlarmRequest alarm = AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setMemberID(memberId)
                .setAlarm(AlarmType.NOSPACE)
                .build();
        CompletableFuture<?> agreed = replicator.submit(new Command.Alarm(alarm));
        raising.set(agreed);
        return agreed.whenComplete((outcome, failure) -> raising.compareAndSet(agreed, null));
    }
}
