package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.LinearizabilityChecker.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a register that is broken now and then answers is always found, what a sound one answers never accused. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LinearizabilityCheckerTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("r/0");
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final int HISTORIES = 60;
    private static final int CALLS = 200;
    private static final int CLIENTS = 6;

    /** How a server executes a call; one in five goes wrong. Headers are right in all of them, and nobody looks at them. */
    private enum Server {
        SOUND {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                return now.execute(request).response();
            }
        },
        LOSES_WHAT_IT_ACKNOWLEDGED {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                return now.tryOut(request).response();
            }
        },
        APPLIES_TWICE {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                Message response = now.execute(request).response();
                now.execute(request);
                return response;
            }
        },
        READS_WHAT_WAS_LONG_AGO {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                if (request instanceof RangeRequest && past.size() > CLIENTS * 4) {
                    return past.get(past.size() - CLIENTS * 4).tryOut(request).response();
                }
                return now.execute(request).response();
            }
        },
        WRITES_WHATEVER_THE_COMPARE_SAYS {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                if (request instanceof TxnRequest txn) {
                    TxnResponse response = (TxnResponse)
                            now.execute(txn.toBuilder().clearCompare().build()).response();
                    return response;
                }
                return now.execute(request).response();
            }
        },
        /** As two leaders would: the write goes into a state that only a few reads see. */
        READS_WHAT_IS_NOT_COMMITTED {
            @Override
            Message execute(ModelStore now, List<ModelStore> past, Message request) {
                if (request instanceof RangeRequest) {
                    ModelStore other = copy(now);
                    other.execute(put("never-committed"));
                    return other.tryOut(request).response();
                }
                return now.execute(request).response();
            }
        };

        abstract Message execute(ModelStore now, List<ModelStore> past, Message request);
    }

    @Test
    void aSoundRegisterIsNotAccused() {
        for (long seed = 0; seed < HISTORIES; seed++) {
            assertThat(check(simulate(Server.SOUND, seed, CALLS)))
                    .as("seed %d", seed)
                    .isEqualTo(Verdict.LINEARIZABLE);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Server.class, mode = EnumSource.Mode.EXCLUDE, names = "SOUND")
    void aBrokenRegisterIsFound(Server server) {
        int found = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            // In a few histories nobody looks at what went wrong before it is overwritten.
            found += check(simulate(server, seed, CALLS)) == Verdict.NOT_LINEARIZABLE ? 1 : 0;
        }
        assertThat(found).as("of %d histories", HISTORIES).isGreaterThan(HISTORIES * 9 / 10);
    }

    @Test
    void whatWasNotAnsweredMayHappenLater() {
        Call lost = new Call("1-1", 1, 0, put("1-1.0"), 1, 2, Outcome.UNKNOWN, null);

        assertThat(check(List.of(lost, read(3, 4, null), read(5, 6, "1-1.0")))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(check(List.of(lost, read(3, 4, null)))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(check(List.of(lost, read(3, 4, "1-1.0"), read(5, 6, null)))).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void callsThatOverlapMayHaveAnyOrder() {
        Call write = new Call(
                "1-1",
                1,
                0,
                put("1-1.0"),
                1,
                10,
                Outcome.OK,
                new ModelStore().execute(put("")).response());

        assertThat(check(List.of(write, read(2, 3, null), read(4, 5, "1-1.0")))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(check(List.of(write, read(2, 3, "1-1.0"), read(4, 5, null)))).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(check(List.of(write, read(11, 12, null)))).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void givesUpWhereTheSearchHasNoEnd() {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(new Call("1-" + i, 1, 0, put("1-" + i + ".0"), 1, 2, Outcome.UNKNOWN, null));
        }
        calls.add(read(3, 4, "nobody wrote this"));

        assertThat(LinearizabilityChecker.check(KEY, calls, Duration.ofMillis(50)))
                .isEqualTo(Verdict.UNDECIDED);
    }

    private static Verdict check(List<Call> calls) {
        return LinearizabilityChecker.check(KEY, calls, BOUND);
    }

    private static List<Call> simulate(Server server, long seed, int size) {
        Random random = new Random(seed);
        ModelStore now = new ModelStore();
        List<ModelStore> past = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        long[] freeFrom = new long[CLIENTS];
        for (long time = 100; calls.size() < size; time += 100) {
            int client = random.nextInt(CLIENTS);
            if (freeFrom[client] >= time) {
                continue;
            }
            long invoked = Math.max(freeFrom[client] + 1, time - random.nextInt(300));
            freeFrom[client] = time + 1 + random.nextInt(300);
            String id = client + "-" + calls.size();
            Message request = request(random, id + ".0");
            past.add(copy(now));
            Server itsServer = random.nextInt(5) == 0 ? server : Server.SOUND;
            boolean lost = random.nextInt(40) == 0;
            Message response = itsServer.execute(now, past, request);
            calls.add(new Call(
                    id,
                    client,
                    0,
                    request,
                    invoked,
                    freeFrom[client],
                    lost ? Outcome.UNKNOWN : Outcome.OK,
                    lost ? null : response));
        }
        return calls;
    }

    private static Message request(Random random, String value) {
        RangeRequest read = RangeRequest.newBuilder().setKey(KEY).build();
        int choice = random.nextInt(10);
        if (choice < 4) {
            return read;
        }
        if (choice < 6) {
            return put(value);
        }
        if (choice < 9) {
            return TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setKey(KEY)
                            .setTarget(Compare.CompareTarget.VERSION)
                            .setVersion(random.nextInt(6)))
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put(value)))
                    .addFailure(RequestOp.newBuilder().setRequestRange(read))
                    .build();
        }
        return TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(KEY).setPrevKv(true)))
                .build();
    }

    private static ModelStore copy(ModelStore store) {
        ModelStore copy = new ModelStore();
        copy.follow(store.keys().values().stream()
                .map(kv -> Event.newBuilder().setKv(kv).build())
                .toList());
        return copy;
    }

    private static PutRequest put(String value) {
        return PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }

    /** Of version 1, or of nothing. */
    private static Call read(long invoked, long returned, @Nullable String value) {
        RangeRequest request = RangeRequest.newBuilder().setKey(KEY).build();
        ModelStore store = new ModelStore();
        if (value != null) {
            store.execute(put(value));
        }
        Message response = store.tryOut(request).response();
        return new Call("2-" + invoked, 2, 0, request, invoked, returned, Outcome.OK, response);
    }
}
