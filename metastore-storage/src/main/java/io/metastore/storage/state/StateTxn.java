package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.AuthenticateResponse;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.storage.auth.AuthChange;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.cluster.AlarmStore;
import io.metastore.storage.cluster.ClusterVersion;
import io.metastore.storage.cluster.MemberStore;
import io.metastore.storage.lease.Lease;
import io.metastore.storage.lease.Lessor;
import io.metastore.storage.mvcc.BodyBuilder;
import io.metastore.storage.mvcc.Head;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.ReadView;
import io.metastore.storage.mvcc.ResponseBody;
import io.metastore.storage.mvcc.WriteTxn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command may touch while it is applied: keys, leases, users, alarms and members as they are with everything that went
 * before it in the open batch. Keeps keys and leases in step: whoever changes a key here changes what is attached.
 *
 * <p>Apply thread. Every change goes into the one open engine batch.
 */
public final class StateTxn {
    private final WriteTxn keys;
    private final Lessor leases;
    private final AlarmStore alarms;
    private final MemberStore members;
    private final MemberChanges memberChanges;
    private final AuthStore auth;
    private long index;
    private long term;

    StateTxn(WriteTxn keys, Lessor leases, AlarmStore alarms, MemberStore members, AuthStore auth) {
        this.keys = keys;
        this.leases = leases;
        this.alarms = alarms;
        this.members = members;
        this.memberChanges = new MemberChanges(keys, members);
        this.auth = auth;
    }

    void begin(long entryIndex, long entryTerm) {
        index = entryIndex;
        term = entryTerm;
        keys.begin();
    }

    void end() {
        keys.end();
    }

    /** What the command changes from here on takes a revision of its own. */
    void nextRevision() {
        keys.end();
        keys.begin();
    }

    /** The term of the entry that carries the command. */
    long term() {
        return term;
    }

    ReadView keys() {
        return keys;
    }

    /** The revision before the command, or its own once it has changed a key. */
    long revision() {
        return keys.revision();
    }

    long compactedRevision() {
        return keys.compactedRevision();
    }

    Outcome applied() {
        return applied(ResponseBody.EMPTY);
    }

    Outcome applied(ResponseBody body) {
        return new Outcome.Applied(keys.revision(), body);
    }

    // Keys

    /** Why the put cannot be done as things are; empty if it can. */
    Optional<EtcdError> refusal(PutRequest put) {
        if (put.getLease() != Lease.NONE && !leases.existsNow(put.getLease())) {
            return Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        boolean needsKey = put.getIgnoreValue() || put.getIgnoreLease();
        return needsKey && keys.head(Key.of(put.getKey())) == null
                ? Optional.of(EtcdError.KEY_NOT_FOUND)
                : Optional.empty();
    }

    /**
     * Does a put that nothing speaks against. Where it is to keep value or lease of a key which an earlier operation of
     * the same transaction has deleted, there is nothing to keep.
     */
    ResponseBody put(PutRequest put) {
        Key key = Key.of(put.getKey());
        Head before = keys.head(key);
        long leaseBefore = before == null ? Lease.NONE : before.lease();
        ByteString valueBefore = put.getIgnoreValue() && before != null ? before.value() : ByteString.EMPTY;
        ByteString value = put.getIgnoreValue() ? valueBefore : put.getValue();
        long lease = put.getIgnoreLease() ? leaseBefore : put.getLease();
        ResponseBody body = put.getPrevKv() ? previous(before) : ResponseBody.EMPTY;

        keys.put(key, value, lease);
        if (lease != leaseBefore) {
            detach(leaseBefore, key);
            attach(lease, key);
        }
        return body;
    }

    private static ResponseBody previous(@Nullable Head before) {
        return before == null
                ? ResponseBody.EMPTY
                : new BodyBuilder(1)
                        .message(PutResponse.PREV_KV_FIELD_NUMBER, before)
                        .build();
    }

    ResponseBody deleteRange(DeleteRangeRequest delete) {
        List<Head> previous = new ArrayList<>();
        KeyRange range = KeyRange.fromRequest(delete.getKey(), delete.getRangeEnd());
        long deleted = keys.deleteRange(range, head -> {
            detach(head.lease(), head.key());
            if (delete.getPrevKv()) {
                previous.add(head);
            }
        });
        if (deleted == 0) {
            return ResponseBody.EMPTY;
        }
        BodyBuilder body =
                new BodyBuilder(2 * previous.size()).varint(DeleteRangeResponse.DELETED_FIELD_NUMBER, deleted);
        previous.forEach(head -> body.message(DeleteRangeResponse.PREV_KVS_FIELD_NUMBER, head));
        return body.build();
    }

    void compact(long revision) {
        keys.compact(revision);
    }

    private void attach(long lease, Key key) {
        if (lease != Lease.NONE) {
            leases.attach(keys.batch(), lease, key);
        }
    }

    private void detach(long lease, Key key) {
        if (lease != Lease.NONE) {
            leases.detach(keys.batch(), lease, key);
        }
    }

    // Leases

    boolean leaseExists(long id) {
        return leases.existsNow(id);
    }

    Outcome grant(LeaseGrantRequest grant) {
        if (grant.getID() == Lease.NONE) {
            return new Outcome.Rejected(EtcdError.LEASE_NOT_FOUND);
        }
        if (grant.getTTL() > Lease.MAX_TTL_SECONDS) {
            return new Outcome.Rejected(EtcdError.LEASE_TTL_TOO_LARGE);
        }
        if (leases.existsNow(grant.getID())) {
            return new Outcome.Rejected(EtcdError.LEASE_EXIST);
        }
        leases.grant(keys.batch(), new Lease(grant.getID(), grant.getTTL(), 0));
        return applied(new BodyBuilder(1)
                .varint(LeaseGrantResponse.ID_FIELD_NUMBER, grant.getID())
                .varint(LeaseGrantResponse.TTL_FIELD_NUMBER, grant.getTTL())
                .build());
    }

    /** Ends a lease and deletes its keys, in key order and in one revision. */
    void revoke(long id) {
        for (Key key : leases.keysNow(id)) {
            keys.deleteRange(KeyRange.ofKey(key), head -> detach(head.lease(), head.key()));
        }
        leases.revoke(keys.batch(), id);
    }

    void checkpoint(long id, long remainingSeconds) {
        leases.checkpoint(keys.batch(), id, remainingSeconds);
    }

    // Auth

    /** Null if it is done, else why it is not. */
    @Nullable
    EtcdError changeAuth(AuthChange change) {
        return auth.apply(keys.batch(), change);
    }

    /** Answers with the whole token. */
    Outcome logIn(String user, String token) {
        EtcdError refusal = auth.logIn(user, token, index);
        if (refusal != null) {
            return new Outcome.Rejected(refusal);
        }
        AuthenticateResponse response = AuthenticateResponse.newBuilder()
                .setToken(token + "." + Long.toUnsignedString(index))
                .build();
        return applied(new BodyBuilder(1).raw(response.toByteArray()).build());
    }

    // Cluster

    /** Answers with the alarms asked for, or with the one that is now active or no longer is. */
    Outcome alarm(AlarmRequest request) {
        AlarmResponse.Builder response = AlarmResponse.newBuilder();
        AlarmMember alarm = AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarmValue(request.getAlarmValue())
                .build();
        if (request.getAction() == AlarmAction.GET) {
            response.addAllAlarms(alarms.activeNow(request.getAlarmValue()));
        } else if (request.getAction() == AlarmAction.ACTIVATE && isAlarm(request.getAlarm())) {
            alarms.activate(keys.batch(), request.getMemberID(), request.getAlarmValue());
            response.addAlarms(alarm);
        } else if (request.getAction() == AlarmAction.DEACTIVATE
                && alarms.deactivate(keys.batch(), request.getMemberID(), request.getAlarmValue())) {
            response.addAlarms(alarm);
        }
        return applied(new BodyBuilder(1).raw(response.build().toByteArray()).build());
    }

    /** A type nobody knows would be an alarm that nothing heeds. */
    private static boolean isAlarm(AlarmType type) {
        return type == AlarmType.NOSPACE || type == AlarmType.CORRUPT;
    }

    MemberChanges members() {
        return memberChanges;
    }

    void setClusterVersion(String version) {
        members.setClusterVersion(keys.batch(), version);
    }

    Outcome setDowngrade(Optional<ClusterVersion> target) {
        Optional<EtcdError> refusal = target.flatMap(members::refusalToDowngradeNow);
        if (refusal.isPresent()) {
            return new Outcome.Rejected(refusal.get());
        }
        members.setDowngradeTarget(
                keys.batch(), target.map(ClusterVersion::full).orElse(""));
        return applied();
    }
}
