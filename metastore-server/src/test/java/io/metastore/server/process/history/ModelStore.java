package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.DeleteRangeResponse;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.PutResponse;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.ResponseOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The key space as etcd describes it, in the plainest way: one sorted map, one request at a time. Knows the requests that
 * the workloads make, and refuses others. Headers of its answers hold the revision alone.
 */
public final class ModelStore {

    private static final ByteString TO_LAST_KEY = ByteString.copyFrom(new byte[] {0});

    private final TreeMap<ByteString, KeyValue> keys = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    /** The keys that the request being executed has changed, as they were; one without a key was not there. */
    private final Map<ByteString, KeyValue> before = new HashMap<>();

    private long revision = 1;

    /** What a request answers, and the events that it causes. */
    record Effect(Message response, List<Event> events) {}

    public long revision() {
        return revision;
    }

    /** All keys that are alive. */
    public NavigableMap<ByteString, KeyValue> keys() {
        return keys;
    }

    /** Executes the request; the revision moves on if it changed something. */
    Effect execute(Message request) {
        before.clear();
        List<Event> events = new ArrayList<>();
        Message response = run(request, events);
        if (!events.isEmpty()) {
            revision++;
        }
        return new Effect(response, events);
    }

    /** What the request would do; the store stays as it is. */
    Effect tryOut(Message request) {
        long revisionBefore = revision;
        List<Event> events = new ArrayList<>();
        before.clear();
        Message response = run(request, events);
        before.forEach((key, kv) -> {
            if (kv.getKey().isEmpty()) {
                keys.remove(key);
            } else {
                keys.put(key, kv);
            }
        });
        revision = revisionBefore;
        return new Effect(response, events);
    }

    /** Follows what happened, whatever it was. */
    void follow(List<Event> events) {
        for (Event event : events) {
            if (event.getType() == Event.EventType.PUT) {
                keys.put(event.getKv().getKey(), event.getKv());
            } else {
                keys.remove(event.getKv().getKey());
            }
            revision = event.getKv().getModRevision();
        }
    }

    private Message run(Message request, List<Event> events) {
        if (request instanceof PutRequest put) {
            return put(put, events);
        }
        if (request instanceof DeleteRangeRequest delete) {
            return delete(delete, events);
        }
        if (request instanceof RangeRequest range) {
            return range(range, events);
        }
        if (request instanceof TxnRequest txn) {
            return txn(txn, events);
        }
        throw new IllegalArgumentException("no model of " + request.getClass());
    }

    private PutResponse put(PutRequest put, List<Event> events) {
        KeyValue old = keys.get(put.getKey());
        before.putIfAbsent(put.getKey(), old == null ? KeyValue.getDefaultInstance() : old);
        KeyValue after = KeyValue.newBuilder()
                .setKey(put.getKey())
                .setCreateRevision(old == null ? revision + 1 : old.getCreateRevision())
                .setModRevision(revision + 1)
                .setVersion(old == null ? 1 : old.getVersion() + 1)
                .setValue(put.getValue())
                .setLease(put.getLease())
                .build();
        keys.put(put.getKey(), after);
        events.add(Event.newBuilder().setKv(after).build());
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header(events));
        if (put.getPrevKv() && old != null) {
            response.setPrevKv(old);
        }
        return response.build();
    }

    private DeleteRangeResponse delete(DeleteRangeRequest delete, List<Event> events) {
        List<KeyValue> gone =
                List.copyOf(view(delete.getKey(), delete.getRangeEnd()).values());
        for (KeyValue kv : gone) {
            before.putIfAbsent(kv.getKey(), kv);
            keys.remove(kv.getKey());
            events.add(Event.newBuilder()
                    .setType(Event.EventType.DELETE)
                    .setKv(KeyValue.newBuilder().setKey(kv.getKey()).setModRevision(revision + 1))
                    .build());
        }
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header(events)).setDeleted(gone.size());
        if (delete.getPrevKv()) {
            response.addAllPrevKvs(gone);
        }
        return response.build();
    }

    private RangeResponse range(RangeRequest range, List<Event> events) {
        List<KeyValue> found =
                List.copyOf(view(range.getKey(), range.getRangeEnd()).values());
        RangeResponse.Builder response =
                RangeResponse.newBuilder().setHeader(header(events)).setCount(found.size());
        boolean cut = range.getLimit() > 0 && found.size() > range.getLimit();
        if (!range.getCountOnly()) {
            response.addAllKvs(cut ? found.subList(0, (int) range.getLimit()) : found)
                    .setMore(cut);
        }
        return response.build();
    }

    private TxnResponse txn(TxnRequest txn, List<Event> events) {
        boolean succeeded = txn.getCompareList().stream().allMatch(this::holds);
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
        for (RequestOp op : succeeded ? txn.getSuccessList() : txn.getFailureList()) {
            response.addResponses(op(op, events));
        }
        return response.setHeader(header(events)).build();
    }

    private ResponseOp op(RequestOp op, List<Event> events) {
        ResponseOp.Builder response = ResponseOp.newBuilder();
        return switch (op.getRequestCase()) {
            case REQUEST_PUT ->
                response.setResponsePut(put(op.getRequestPut(), events)).build();
            case REQUEST_DELETE_RANGE ->
                response.setResponseDeleteRange(delete(op.getRequestDeleteRange(), events))
                        .build();
            case REQUEST_RANGE ->
                response.setResponseRange(range(op.getRequestRange(), events)).build();
            case REQUEST_TXN, REQUEST_NOT_SET -> throw new IllegalArgumentException("no model of " + op);
        };
    }

    private boolean holds(Compare compare) {
        if (compare.getResult() != Compare.CompareResult.EQUAL
                || !compare.getRangeEnd().isEmpty()) {
            throw new IllegalArgumentException("no model of " + compare);
        }
        @Nullable KeyValue kv = keys.get(compare.getKey());
        return switch (compare.getTarget()) {
            case VERSION -> compare.getVersion() == (kv == null ? 0 : kv.getVersion());
            case CREATE -> compare.getCreateRevision() == (kv == null ? 0 : kv.getCreateRevision());
            case MOD -> compare.getModRevision() == (kv == null ? 0 : kv.getModRevision());
            case VALUE -> kv != null && kv.getValue().equals(compare.getValue());
            case LEASE, UNRECOGNIZED -> throw new IllegalArgumentException("no model of " + compare);
        };
    }

    private NavigableMap<ByteString, KeyValue> view(ByteString key, ByteString end) {
        if (end.isEmpty()) {
            return keys.subMap(key, true, key, true);
        }
        if (end.equals(TO_LAST_KEY)) {
            return keys.tailMap(key, true);
        }
        return ByteString.unsignedLexicographicalComparator().compare(key, end) < 0
                ? keys.subMap(key, true, end, false)
                : new TreeMap<>();
    }

    private ResponseHeader header(List<Event> events) {
        return ResponseHeader.newBuilder()
                .setRevision(events.isEmpty() ? revision : revision + 1)
                .build();
    }
}
