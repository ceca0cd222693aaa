package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Call.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A history that a correct server could have left, made up from a seed: some clients, some of their answers lost. */
final class SimulatedHistory {

    static final int STEP_NANOS = 100;

    private static final int CLIENTS = 6;
    private static final int KEYS = 8;

    private final Random random;
    private final ModelStore model = new ModelStore();
    private final List<Call> calls = new ArrayList<>();
    private final EventLog log = new EventLog();
    private final long[] freeFrom = new long[CLIENTS];

    SimulatedHistory(long seed, int size) {
        this.random = new Random(seed);
        for (int i = 1; calls.size() < size; i++) {
            step((long) i * STEP_NANOS);
        }
    }

    List<Call> calls() {
        return calls;
    }

    EventLog log() {
        return log;
    }

    /** A watch of the log that a correct server could have served. */
    WatchRecord watch() {
        long start = 2L + random.nextInt((int) log.lastRevision() / 2);
        WatchCreateRequest request = WatchCreateRequest.newBuilder()
                .setKey(key("k"))
                .setRangeEnd(key("l"))
                .setStartRevision(start)
                .build();
        List<WatchResponse> responses = new ArrayList<>();
        responses.add(WatchResponse.newBuilder()
                .setCreated(true)
                .setHeader(header(log.lastRevision()))
                .build());
        WatchResponse.Builder response = WatchResponse.newBuilder();
        for (var each : log.byRevision().tailMap(start, true).entrySet()) {
            response.addAllEvents(each.getValue());
            if (random.nextInt(3) == 0) {
                responses.add(response.setHeader(header(each.getKey())).build());
                response.clearEvents();
                if (random.nextInt(3) == 0) {
                    responses.add(WatchResponse.newBuilder()
                            .setHeader(header(each.getKey()))
                            .build());
                }
            }
        }
        if (response.getEventsCount() > 0) {
            responses.add(response.setHeader(header(log.lastRevision())).build());
        }
        return new WatchRecord(request, responses, log.lastRevision());
    }

    private void step(long now) {
        int client = random.nextInt(CLIENTS);
        if (freeFrom[client] >= now) {
            return;
        }
        long invoked = Math.max(freeFrom[client] + 1, now - random.nextInt(3 * STEP_NANOS));
        long returned = now + 1 + random.nextInt(3 * STEP_NANOS);
        freeFrom[client] = returned;
        String id = client + "-" + calls.size();
        Message request = request(id);
        if (random.nextInt(12) == 0) {
            // No answer: done or not.
            if (random.nextBoolean()) {
                record(model.execute(request).events());
            }
            calls.add(new Call(id, client, 0, request, invoked, returned, Outcome.UNKNOWN, null));
            return;
        }
        ModelStore.Effect effect = model.execute(request);
        record(effect.events());
        calls.add(new Call(id, client, 0, request, invoked, returned, Outcome.OK, effect.response()));
    }

    private void record(List<Event> events) {
        events.forEach(log::add);
    }

    private Message request(String id) {
        return switch (random.nextInt(5)) {
            case 0 ->
                RangeRequest.newBuilder()
                        .setKey(key("k"))
                        .setRangeEnd(key("l"))
                        .setSerializable(random.nextBoolean())
                        .build();
            case 1 -> RangeRequest.newBuilder().setKey(anyKey()).build();
            case 2 -> put(id, 0);
            case 3 ->
                TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(anyKey())
                                .setTarget(Compare.CompareTarget.VERSION)
                                .setVersion(random.nextInt(3)))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put(id, 1)))
                        .addFailure(RequestOp.newBuilder()
                                .setRequestRange(RangeRequest.newBuilder().setKey(anyKey())))
                        .build();
            default ->
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                                        .setKey(anyKey())
                                        .setPrevKv(true)))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestPut(PutRequest.newBuilder()
                                        .setKey(key("k/marker" + id.charAt(0)))
                                        .setValue(key(id + ".marker"))))
                        .build();
        };
    }

    private PutRequest put(String id, int number) {
        return PutRequest.newBuilder()
                .setKey(anyKey())
                .setValue(key(id + "." + number))
                .setPrevKv(random.nextBoolean())
                .build();
    }

    private ByteString anyKey() {
        return key("k" + random.nextInt(KEYS));
    }

    private static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }
}
