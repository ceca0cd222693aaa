package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.AlarmMember;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmResponse;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.CompactionResponse;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.LeaseCheckpoint;
import io.metastore.api.rpc.LeaseGrantRequest;
import io.metastore.api.rpc.LeaseGrantResponse;
import io.metastore.api.rpc.LeaseRevokeResponse;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.storage.cluster.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The replicated state as one would write it without a thought for speed or disks: whole messages, a copy of all keys per
 * revision. Written from etcd's rules and not from our code, it is what that code is compared with.
 */
final class ModelState {
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    long revision = 1;
    long compacted = -1;
    private NavigableMap<ByteString, KeyValue> keys = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final Map<Long, NavigableMap<ByteString, KeyValue>> history = new HashMap<>();
    final Map<Long, List<String>> events = new HashMap<>();
    /** Id to granted and remaining seconds. */
    final NavigableMap<Long, List<Long>> leases = new TreeMap<>();

    final TreeSet<String> alarms = new TreeSet<>();
    final NavigableMap<Long, Member> members = new TreeMap<>(Long::compareUnsigned);
    String clusterVersion = "";

    private boolean changed;

    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final EtcdError error;

        Refusal(EtcdError error) {
            super(error.text(), null, false, false);
            this.error = error;
        }
    }

    ModelState() {
        history.put(1L, copyOfKeys());
    }

    /** The answer, or an {@link EtcdError}. */
    Object apply(Command command, long term) {
        try {
            checkAlarms(command);
            Message answer = answer(command, term);
            endRevision();
            return answer;
        } catch (Refusal refusal) {
            changed = false;
            return refusal.error;
        }
    }

    NavigableMap<ByteString, KeyValue> keys() {
        return keys;
    }

    private void checkAlarms(Command command) {
        boolean readOnly = command instanceof Command.Txn txn && TxnKind.isReadOnly(txn.request());
        boolean always = command instanceof Command.LeaseCheckpoint
                || command instanceof Command.Alarm
                || command instanceof Command.PublishMember
                || command instanceof Command.SetClusterVersion
                || command instanceof Command.NoOp;
        refuseIf(!readOnly && !always && hasAlarm(AlarmType.CORRUPT), EtcdError.CORRUPT);
        boolean grows = command instanceof Command.Put
                || command instanceof Command.LeaseGrant
                || (command instanceof Command.Txn txn && hasPut(txn.request()));
        refuseIf(grows && hasAlarm(AlarmType.NOSPACE), EtcdError.NO_SPACE);
    }

    private static boolean hasPut(TxnRequest txn) {
        List<RequestOp> ops = new ArrayList<>(txn.getSuccessList());
        ops.addAll(txn.getFailureList());
        return ops.stream().anyMatch(op -> op.hasRequestPut() || (op.hasRequestTxn() && hasPut(op.getRequestTxn())));
    }

    private boolean hasAlarm(AlarmType type) {
        return alarms.stream().anyMatch(alarm -> alarm.startsWith(type.getNumber() + " "));
    }

    private Message answer(Command command, long term) {
        if (command instanceof Command.Put put) {
            check(put.request());
            PutResponse answer = put(put.request());
            return answer.toBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.DeleteRange delete) {
            return delete(delete.request());
        }
        if (command instanceof Command.Txn txn) {
            Map<TxnRequest, Boolean> path = new HashMap<>();
            choose(txn.request(), path);
            check(txn.request(), path);
            TxnResponse answer = run(txn.request(), path);
            return answer.toBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.Compact compact) {
            long to = compact.request().getRevision();
            refuseIf(to <= compacted, EtcdError.COMPACTED);
            refuseIf(to > revision, EtcdError.FUTURE_REVISION);
            compacted = to;
            return CompactionResponse.newBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.LeaseGrant grant) {
            LeaseGrantRequest request = grant.request();
            refuseIf(request.getTTL() > 9_000_000_000L, EtcdError.LEASE_TTL_TOO_LARGE);
            refuseIf(leases.containsKey(request.getID()), EtcdError.LEASE_EXIST);
            leases.put(request.getID(), List.of(request.getTTL(), 0L));
            return LeaseGrantResponse.newBuilder()
                    .setHeader(header())
                    .setID(request.getID())
                    .setTTL(request.getTTL())
                    .build();
        }
        if (command instanceof Command.LeaseRevoke revoke) {
            refuseIf(!leases.containsKey(revoke.request().getID()), EtcdError.LEASE_NOT_FOUND);
            revoke(revoke.request().getID());
            return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.RevokeExpired expired) {
            refuseIf(expired.term() != term, EtcdError.LEADER_CHANGED);
            for (long id : expired.ids()) {
                if (leases.containsKey(id)) {
                    revoke(id);
                    endRevision();
                }
            }
            return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.LeaseCheckpoint checkpoint) {
            for (LeaseCheckpoint each : checkpoint.request().getCheckpointsList()) {
                leases.computeIfPresent(each.getID(), (id, lease) -> List.of(lease.get(0), each.getRemainingTTL()));
            }
            return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
        }
        if (command instanceof Command.Alarm alarm) {
            return alarm(alarm.request());
        }
        if (command instanceof Command.PublishMember publish) {
            members.put(publish.member().id(), publish.member());
        } else if (command instanceof Command.SetClusterVersion set) {
            clusterVersion = set.version();
        }
        return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
    }

    // Keys

    private void check(PutRequest put) {
        refuseIf(put.getLease() != 0 && !leases.containsKey(put.getLease()), EtcdError.LEASE_NOT_FOUND);
        boolean needsKey = put.getIgnoreValue() || put.getIgnoreLease();
        refuseIf(needsKey && !keys.containsKey(put.getKey()), EtcdError.KEY_NOT_FOUND);
    }

    private PutResponse put(PutRequest put) {
        KeyValue before = keys.get(put.getKey());
        KeyValue known = before == null ? KeyValue.getDefaultInstance() : before;
        KeyValue after = KeyValue.newBuilder()
                .setKey(put.getKey())
                .setValue(put.getIgnoreValue() ? known.getValue() : put.getValue())
                .setLease(put.getIgnoreLease() ? known.getLease() : put.getLease())
                .setVersion(known.getVersion() + 1)
                .setCreateRevision(before == null ? revision + 1 : before.getCreateRevision())
                .setModRevision(revision + 1)
                .build();
        keys.put(put.getKey(), after);
        event("PUT " + after);
        PutResponse.Builder answer = PutResponse.newBuilder().setHeader(header());
        if (put.getPrevKv() && before != null) {
            answer.setPrevKv(before);
        }
        return answer.build();
    }

    private DeleteRangeResponse delete(DeleteRangeRequest delete) {
        List<KeyValue> deleted = inRange(keys, delete.getKey(), delete.getRangeEnd());
        for (KeyValue kv : deleted) {
            keys.remove(kv.getKey());
            event("DELETE " + kv.getKey().toStringUtf8());
        }
        DeleteRangeResponse.Builder answer =
                DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(deleted.size());
        return delete.getPrevKv() ? answer.addAllPrevKvs(deleted).build() : answer.build();
    }

    private RangeResponse range(RangeRequest range) {
        NavigableMap<ByteString, KeyValue> at = range.getRevision() <= 0 ? keys : history.get(range.getRevision());
        List<KeyValue> found = inRange(at == null ? keys : at, range.getKey(), range.getRangeEnd());
        RangeResponse.Builder answer =
                RangeResponse.newBuilder().setHeader(header()).setCount(found.size());
        if (range.getCountOnly()) {
            return answer.build();
        }
        long limit = range.getLimit() <= 0 ? Long.MAX_VALUE : range.getLimit();
        for (KeyValue kv : found) {
            if (answer.getKvsCount() == limit) {
                return answer.setMore(true).build();
            }
            answer.addKvs(
                    range.getKeysOnly()
                            ? kv.toBuilder().clearValue().clearLease().build()
                            : kv);
        }
        return answer.build();
    }

    private static List<KeyValue> inRange(NavigableMap<ByteString, KeyValue> keys, ByteString start, ByteString end) {
        if (end.isEmpty()) {
            return keys.containsKey(start) ? List.of(keys.get(start)) : List.of();
        }
        NavigableMap<ByteString, KeyValue> from = keys.tailMap(start, true);
        return from.values().stream()
                .filter(kv -> end.equals(ZERO)
                        || ByteString.unsignedLexicographicalComparator().compare(kv.getKey(), end) < 0)
                .toList();
    }

    // Transactions

    private void choose(TxnRequest txn, Map<TxnRequest, Boolean> path) {
        boolean succeeded = txn.getCompareList().stream().allMatch(this::holds);
        path.put(txn, succeeded);
        for (RequestOp op : succeeded ? txn.getSuccessList() : txn.getFailureList()) {
            if (op.hasRequestTxn()) {
                choose(op.getRequestTxn(), path);
            }
        }
    }

    private boolean holds(Compare compare) {
        List<KeyValue> found = inRange(keys, compare.getKey(), compare.getRangeEnd());
        if (found.isEmpty()) {
            return compare.getTarget() != Compare.CompareTarget.VALUE && holds(compare, KeyValue.getDefaultInstance());
        }
        return found.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, KeyValue kv) {
        int order =
                switch (compare.getTarget()) {
                    case VERSION -> Long.compare(kv.getVersion(), compare.getVersion());
                    case CREATE -> Long.compare(kv.getCreateRevision(), compare.getCreateRevision());
                    case MOD -> Long.compare(kv.getModRevision(), compare.getModRevision());
                    case LEASE -> Long.compare(kv.getLease(), compare.getLease());
                    case VALUE ->
                        ByteString.unsignedLexicographicalComparator().compare(kv.getValue(), compare.getValue());
                    case UNRECOGNIZED -> 0;
                };
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case UNRECOGNIZED -> true;
        };
    }

    private void check(TxnRequest txn, Map<TxnRequest, Boolean> path) {
        for (RequestOp op : path.get(txn) ? txn.getSuccessList() : txn.getFailureList()) {
            if (op.hasRequestRange()) {
                long at = op.getRequestRange().getRevision();
                refuseIf(at > revision, EtcdError.FUTURE_REVISION);
                refuseIf(at != 0 && at < compacted, EtcdError.COMPACTED);
            } else if (op.hasRequestPut()) {
                check(op.getRequestPut());
            } else if (op.hasRequestTxn()) {
                check(op.getRequestTxn(), path);
            }
        }
    }

    private TxnResponse run(TxnRequest txn, Map<TxnRequest, Boolean> path) {
        TxnResponse.Builder answer = TxnResponse.newBuilder()
                .setHeader(ResponseHeader.getDefaultInstance())
                .setSucceeded(path.get(txn));
        for (RequestOp op : path.get(txn) ? txn.getSuccessList() : txn.getFailureList()) {
            ResponseOp.Builder each = ResponseOp.newBuilder();
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> each.setResponseRange(range(op.getRequestRange()));
                case REQUEST_PUT -> each.setResponsePut(put(op.getRequestPut()));
                case REQUEST_DELETE_RANGE -> each.setResponseDeleteRange(delete(op.getRequestDeleteRange()));
                case REQUEST_TXN -> each.setResponseTxn(run(op.getRequestTxn(), path));
                case REQUEST_NOT_SET -> throw new AssertionError();
            }
            answer.addResponses(each);
        }
        return answer.build();
    }

    // The rest

    private void revoke(long id) {
        for (KeyValue kv : List.copyOf(keys.values())) {
            if (kv.getLease() == id) {
                keys.remove(kv.getKey());
                event("DELETE " + kv.getKey().toStringUtf8());
            }
        }
        leases.remove(id);
    }

    private AlarmResponse alarm(AlarmRequest request) {
        String alarm = request.getAlarmValue() + " " + request.getMemberID();
        AlarmResponse.Builder answer = AlarmResponse.newBuilder().setHeader(header());
        AlarmMember member = AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarm(request.getAlarm())
                .build();
        switch (request.getAction()) {
            case GET -> {
                for (String active : alarms) {
                    int type = active.charAt(0) - '0';
                    if (request.getAlarmValue() == 0 || request.getAlarmValue() == type) {
                        answer.addAlarms(AlarmMember.newBuilder()
                                .setAlarmValue(type)
                                .setMemberID(Long.parseLong(active.substring(2))));
                    }
                }
            }
            case ACTIVATE -> {
                if (request.getAlarm() != AlarmType.NONE) {
                    alarms.add(alarm);
                    answer.addAlarms(member);
                }
            }
            case DEACTIVATE -> {
                if (alarms.remove(alarm)) {
                    answer.addAlarms(member);
                }
            }
            case UNRECOGNIZED -> {}
        }
        return answer.build();
    }

    private void event(String event) {
        changed = true;
        events.computeIfAbsent(revision + 1, main -> new ArrayList<>()).add(event);
    }

    private void endRevision() {
        if (changed) {
            revision++;
            changed = false;
            history.put(revision, copyOfKeys());
        }
    }

    private NavigableMap<ByteString, KeyValue> copyOfKeys() {
        return new TreeMap<>(keys);
    }

    private ResponseHeader header() {
        return ResponseHeader.newBuilder()
                .setRevision(changed ? revision + 1 : revision)
                .build();
    }

    private static void refuseIf(boolean condition, EtcdError error) {
        if (condition) {
            throw new Refusal(error);
        }
    }
}
