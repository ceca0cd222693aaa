package io.metastore.storage.state;

import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.LeaseCheckpointRequest;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseRevokeRequest;

/** Commands as one writes them down; keys and values as in {@link Txns}. */
final class Commands {

    private Commands() {}

    static Command put(String text) {
        return new Command.Put(Txns.put(text));
    }

    static Command delete(String text) {
        return new Command.DeleteRange(Txns.delete(text));
    }

    static Command txn(String text) {
        return new Command.Txn(Txns.txn(text));
    }

    static Command compact(long revision) {
        return new Command.Compact(
                CompactionRequest.newBuilder().setRevision(revision).build());
    }

    static Command grant(long id, long ttl) {
        return new Command.LeaseGrant(
                LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    static Command revoke(long id) {
        return new Command.LeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    }

    static Command checkpoint(long id, long remaining) {
        return new Command.LeaseCheckpoint(LeaseCheckpointRequest.newBuilder()
                .addCheckpoints(io.metastore.api.rpc.LeaseCheckpoint.newBuilder()
                        .setID(id)
                        .setRemainingTTL(remaining))
                .build());
    }

    static Command alarm(AlarmAction action, long memberId, AlarmType type) {
        return new Command.Alarm(AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(memberId)
                .setAlarm(type)
                .build());
    }
}
