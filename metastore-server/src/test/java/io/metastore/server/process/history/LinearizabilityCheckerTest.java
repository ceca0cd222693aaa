package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.LinearizabilityChecker.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One thing that a register did wrong is always found, what a sound one answers never accused. A search that is given up counts
 * as a failure of both.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LinearizabilityCheckerTest {

    private static final ByteString KEY = SimulatedRegister.KEY;
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final int HISTORIES = 200;
    private static final int CALLS = 100;
    private static final int CLIENTS = 6;
    private static final int SHORT_HISTORIES = 3_000;
    private static final int CALLS_OF_A_SHORT_HISTORY = 8;

    /**
     * What goes wrong once, among calls that overlap. It happens where it must be seen: what was there before and what is there
     * afterwards is read while nothing else goes on, and no call is left unanswered that might explain it.
     */
    private enum Fault {
        LOSES_A_WRITE {
            @Override
            void happen(SimulatedRegister register) {
                PutRequest put = register.put();
                register.alone(put, store -> store.tryOut(put).response());
            }
        },
        LOSES_A_DELETE {
            @Override
            void happen(SimulatedRegister register) {
                register.alone(register.put());
                register.alone(SimulatedRegister.delete(), store -> store.tryOut(SimulatedRegister.delete())
                        .response());
            }
        },
        APPLIES_A_WRITE_TWICE {
            @Override
            void happen(SimulatedRegister register) {
                PutRequest put = register.put();
                register.alone(put, store -> {
                    Message response = store.execute(put).response();
                    store.execute(put);
                    return response;
                });
            }
        },
        READS_WHAT_WAS_BEFORE {
            @Override
            void happen(SimulatedRegister register) {
                ModelStore past = register.anyPast();
                register.alone(register.put());
                register.alone(SimulatedRegister.read(), store -> past.tryOut(SimulatedRegister.read())
                        .response());
            }
        },
        READS_WHAT_IS_WRITTEN_ONLY_LATER {
            @Override
            void happen(SimulatedRegister register) {
                PutRequest later = register.put();
                ModelStore future = register.copy();
                future.execute(later);
                register.alone(SimulatedRegister.read(), store -> future.tryOut(SimulatedRegister.read())
                        .response());
                register.alone(later);
            }
        },
        SAYS_THAT_A_WRONG_COMPARE_HELD {
            @Override
            void happen(SimulatedRegister register) {
                TxnRequest txn = register.putIfVersion(register.version() + 1);
                TxnRequest always = txn.toBuilder().clearCompare().build();
                register.alone(txn, store -> store.execute(always).response());
            }
        },
        WRITES_THOUGH_THE_COMPARE_FAILED {
            @Override
            void happen(SimulatedRegister register) {
                TxnRequest txn = register.putIfVersion(register.version() + 1);
                TxnRequest always = txn.toBuilder().clearCompare().build();
                register.alone(txn, store -> {
                    Message response = store.tryOut(txn).response();
                    store.execute(always);
                    return response;
                });
            }
        },
        /** As two leaders would. */
        LETS_TWO_CALLS_WRITE_THE_SAME_VERSION {
            @Override
            void happen(SimulatedRegister register) {
                ModelStore other = register.copy();
                register.alone(register.putIfVersion(register.version()));
                TxnRequest second = register.putIfVersion(register.version() - 1);
                register.alone(second, store -> other.execute(second).response());
            }
        };

        abstract void happen(SimulatedRegister register);
    }

    @Test
    void aSoundRegisterIsNotAccused() {
        for (long seed = 0; seed < HISTORIES; seed++) {
            SimulatedRegister register = new SimulatedRegister(seed, CLIENTS);
            register.overlap(2 * CALLS);

            assertThat(check(register.calls())).as("seed %d", seed).isEqualTo(Verdict.LINEARIZABLE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFaultIsFound(Fault fault) {
        for (long seed = 0; seed < HISTORIES; seed++) {
            SimulatedRegister register = new SimulatedRegister(seed, CLIENTS);
            register.overlapWithoutDoubts(CALLS);
            register.alone(SimulatedRegister.read());
            assertThat(check(register.calls())).as("before, seed %d", seed).isEqualTo(Verdict.LINEARIZABLE);
            fault.happen(register);
            register.alone(SimulatedRegister.read());
            register.overlap(CALLS);

            assertThat(check(register.calls())).as("seed %d", seed).isEqualTo(Verdict.NOT_LINEARIZABLE);
        }
    }

    /** Short histories, in which two answers are exchanged: some remain linearizable, which each order tried in turn tells. */
    @Test
    void agreesWithTryingAllOrders() {
        int linearizable = 0;
        for (long seed = 0; seed < SHORT_HISTORIES; seed++) {
            SimulatedRegister register = new SimulatedRegister(seed, CLIENTS);
            register.overlap(CALLS_OF_A_SHORT_HISTORY);
            List<Call> calls = new ArrayList<>(register.calls());
            exchangeAnswers(calls, new Random(seed));
            boolean expected = hasOrder(calls, Register.ABSENT);
            linearizable += expected ? 1 : 0;

            assertThat(check(calls))
                    .as("seed %d", seed)
                    .isEqualTo(expected ? Verdict.LINEARIZABLE : Verdict.NOT_LINEARIZABLE);
        }
        assertThat(linearizable).isBetween(SHORT_HISTORIES / 10, SHORT_HISTORIES * 9 / 10);
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

    private static void exchangeAnswers(List<Call> calls, Random random) {
        int one = random.nextInt(calls.size());
        int other = random.nextInt(calls.size());
        Call first = calls.get(one);
        Call second = calls.get(other);
        boolean alike = first.request().getClass() == second.request().getClass();
        if (alike && first.response() != null && second.response() != null) {
            calls.set(one, first.with(second.response()));
            calls.set(other, second.with(first.response()));
        }
    }

    /** Is there an order of the calls from this state on that explains each answer? Looks at all of them. */
    private static boolean hasOrder(List<Call> calls, Register state) {
        if (calls.stream().allMatch(call -> call.response() == null)) {
            return true;
        }
        for (Call next : calls) {
            boolean mayBeNext = calls.stream()
                    .noneMatch(call -> call.response() != null && call.returnedNanos() < next.invokedNanos());
            Optional<Register> after = state.after(KEY, next.request(), next.response());
            if (mayBeNext && after.isPresent()) {
                List<Call> left = new ArrayList<>(calls);
                left.remove(next);
                if (hasOrder(left, after.get())) {
                    return true;
                }
            }
        }
        return false;
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
