package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.process.history.Call.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * A history of one register, made up from a seed. The register is sound; a test that wants a broken one says itself what the
 * store does with a call. Headers are right in all answers, and nobody looks at them.
 */
final class SimulatedRegister {

    static final ByteString KEY = ByteString.copyFromUtf8("r/0");

    private static final int STEP_NANOS = 100;
    private static final int CALLS_OF_ONE_LOST = 20;

    private final Random random;
    private final long[] freeFrom;
    private final ModelStore now = new ModelStore();
    private final List<ModelStore> past = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private long time = STEP_NANOS;

    SimulatedRegister(long seed, int clients) {
        this.random = new Random(seed);
        this.freeFrom = new long[clients];
    }

    List<Call> calls() {
        return calls;
    }

    long version() {
        return now.keys().containsKey(KEY) ? now.keys().get(KEY).getVersion() : 0;
    }

    /** As it was at any earlier time. */
    ModelStore anyPast() {
        return past.get(random.nextInt(past.size()));
    }

    /** Calls that overlap. Some are not answered, of which nobody can say any more whether and when they happened. */
    void overlap(int number) {
        overlap(number, false);
    }

    /**
     * The same, but of the calls that are not answered it can be said: they are puts, and each is read before the next call
     * begins. So they explain nothing that is seen later.
     */
    void overlapWithoutDoubts(int number) {
        overlap(number, true);
    }

    private void overlap(int number, boolean withoutDoubts) {
        for (int end = calls.size() + number; calls.size() < end; time += STEP_NANOS) {
            int client = random.nextInt(freeFrom.length);
            if (freeFrom[client] >= time) {
                continue;
            }
            Message request = anyRequest();
            boolean mayBeLost = !withoutDoubts || request instanceof PutRequest;
            boolean lost = mayBeLost && random.nextInt(CALLS_OF_ONE_LOST) == 0;
            long invoked = Math.max(freeFrom[client] + 1, time - random.nextInt(3 * STEP_NANOS));
            long returned = time + 1 + random.nextInt(3 * STEP_NANOS);
            record(client, request, invoked, returned, lost, store -> store.execute(request)
                    .response());
            if (lost && withoutDoubts) {
                alone(read());
            }
        }
    }

    /** One call that begins when all others are answered, and is answered before another begins. */
    void alone(Message request) {
        alone(request, store -> store.execute(request).response());
    }

    /** The same where the store does what it should not. */
    void alone(Message request, Function<ModelStore, Message> execution) {
        long invoked = Math.max(time, LongStream.of(freeFrom).max().orElse(0)) + 1;
        record(0, request, invoked, invoked + 1, false, execution);
        time = invoked + 4 * STEP_NANOS;
    }

    private void record(
            int client,
            Message request,
            long invoked,
            long returned,
            boolean lost,
            Function<ModelStore, Message> execution) {
        past.add(copy());
        Message response = execution.apply(now);
        freeFrom[client] = returned;
        calls.add(new Call(
                client + "-" + calls.size(),
                client,
                0,
                request,
                invoked,
                returned,
                lost ? Outcome.UNKNOWN : Outcome.OK,
                lost ? null : response));
    }

    /** A store like this one, to be changed at will. */
    ModelStore copy() {
        ModelStore copy = new ModelStore();
        copy.follow(now.keys().values().stream()
                .map(kv -> Event.newBuilder().setKv(kv).build())
                .toList());
        return copy;
    }

    private Message anyRequest() {
        int choice = random.nextInt(10);
        if (choice < 4) {
            return read();
        }
        if (choice < 6) {
            return put().toBuilder().setPrevKv(random.nextBoolean()).build();
        }
        return choice < 9 ? putIfVersion(random.nextInt(6)) : delete();
    }

    static RangeRequest read() {
        return RangeRequest.newBuilder().setKey(KEY).build();
    }

    /** Of a value that no other call of the history puts. */
    PutRequest put() {
        return PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(ByteString.copyFromUtf8("value-" + calls.size()))
                .build();
    }

    TxnRequest putIfVersion(long version) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(KEY)
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setVersion(version))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put()))
                .addFailure(RequestOp.newBuilder().setRequestRange(read()))
                .build();
    }

    static TxnRequest delete() {
        return TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(KEY).setPrevKv(true)))
                .build();
    }
}
