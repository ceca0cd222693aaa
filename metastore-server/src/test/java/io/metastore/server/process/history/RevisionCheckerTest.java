package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker bites: a history that is broken in one place is always found, a sound one never accused. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RevisionCheckerTest {

    private static final int HISTORIES = 60;
    private static final int CALLS = 200;

    /** Each breaks a sound history in one place, if the history has such a place. */
    private enum Mutant {
        LOG_ENDS_BEFORE_AN_ACKNOWLEDGED_WRITE(Rule.ACKNOWLEDGED_IS_NEVER_LOST) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isWrite(history, call))
                        .map(call -> {
                            EventLog log = history.log().copy();
                            log.mutable()
                                    .tailMap(RevisionChecker.revisionOf(call.response()), true)
                                    .clear();
                            return new Broken(history.calls(), log);
                        });
            }
        },
        REVISION_IS_MISSING(Rule.REVISIONS_HAVE_NO_GAP) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                EventLog log = history.log().copy();
                log.mutable().remove(2 + random.nextLong(log.lastRevision() - 2));
                return Optional.of(new Broken(history.calls(), log));
            }
        },
        ACKNOWLEDGED_WRITE_GAVE_WAY_TO_ANOTHER(Rule.ACKNOWLEDGED_IS_NEVER_LOST) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isWrite(history, call) && isPut(call))
                        .map(call -> {
                            PutRequest other = ((PutRequest) call.request())
                                    .toBuilder()
                                            .setValue(ByteString.copyFromUtf8("9-9.0"))
                                            .build();
                            List<Call> calls = new ArrayList<>(history.calls());
                            calls.add(new Call("9-9", 9, 0, other, 0, 0, Outcome.UNKNOWN, null));
                            long revision = RevisionChecker.revisionOf(call.response());
                            EventLog log = history.log().copy();
                            Event event = log.at(revision).get(0);
                            Event.Builder changed = event.toBuilder();
                            changed.getKvBuilder().setValue(other.getValue());
                            log.mutable().put(revision, new ArrayList<>(List.of(changed.build())));
                            return new Broken(calls, log);
                        });
            }
        },
        WRITE_WAS_APPLIED_TWICE(Rule.APPLIED_AT_MOST_ONCE) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isWrite(history, call) && isPut(call))
                        .map(call -> {
                            EventLog log = history.log().copy();
                            Event event = log.at(RevisionChecker.revisionOf(call.response()))
                                    .get(0);
                            Event.Builder again = event.toBuilder();
                            again.getKvBuilder().setModRevision(log.lastRevision() + 1);
                            log.add(again.build());
                            return new Broken(history.calls(), log);
                        });
            }
        },
        REFUSED_WRITE_HAPPENED(Rule.REFUSED_HAS_NO_EFFECT) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isWrite(history, call))
                        .map(call -> replaced(
                                history,
                                call,
                                new Call(call.id(), call.client(), 0, call.request(), 0, 0, Outcome.FAILED, null)));
            }
        },
        EVENT_OF_NOBODY(Rule.EVENT_BELONGS_TO_ONE_CALL) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                EventLog log = history.log().copy();
                log.add(Event.newBuilder()
                        .setKv(KeyValue.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .setValue(ByteString.copyFromUtf8("stranger.1"))
                                .setModRevision(log.lastRevision() + 1))
                        .build());
                return Optional.of(new Broken(history.calls(), log));
            }
        },
        TXN_IS_HALF_VISIBLE(Rule.EFFECT_IS_AS_REQUESTED) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                EventLog log = history.log().copy();
                return log.mutable().values().stream()
                        .filter(events -> events.size() > 1)
                        .findFirst()
                        .map(events -> {
                            events.remove(0);
                            return new Broken(history.calls(), log);
                        });
            }
        },
        STORED_VALUE_IS_ANOTHER(Rule.EFFECT_IS_AS_REQUESTED) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                EventLog log = history.log().copy();
                List<Event> events = log.mutable().get(2 + random.nextLong(log.lastRevision() - 1));
                int last = events.size() - 1; // a delete comes first, if at all
                Event.Builder changed = events.get(last).toBuilder();
                changed.getKvBuilder().setValue(changed.getKv().getValue().concat(ByteString.copyFromUtf8("!")));
                events.set(last, changed.build());
                return Optional.of(new Broken(history.calls(), log));
            }
        },
        READ_IS_WRONG(Rule.ANSWER_IS_TRUE) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(
                                history.calls(),
                                random,
                                call -> call.response() instanceof RangeResponse range && range.getKvsCount() > 0)
                        .map(call -> {
                            RangeResponse response = (RangeResponse) call.response();
                            return replaced(
                                    history,
                                    call,
                                    call.with(response.toBuilder()
                                            .removeKvs(random.nextInt(response.getKvsCount()))
                                            .build()));
                        });
            }
        },
        COMPARE_IS_TOLD_WRONG(Rule.ANSWER_IS_TRUE) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> call.response() instanceof TxnResponse)
                        .map(call -> {
                            TxnResponse response = (TxnResponse) call.response();
                            return replaced(
                                    history,
                                    call,
                                    call.with(response.toBuilder()
                                            .setSucceeded(!response.getSucceeded())
                                            .build()));
                        });
            }
        },
        READ_IS_STALE(Rule.REAL_TIME_ORDER) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isLinearizableRead(call) && hasWritesBefore(history, call))
                        .map(call -> replaced(history, call, call.with(readAt(history, call, 1))));
            }
        },
        READ_IS_FROM_THE_FUTURE(Rule.REAL_TIME_ORDER) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(
                                history.calls().subList(0, CALLS / 2),
                                random,
                                call -> call.request() instanceof RangeRequest && call.response() != null)
                        .map(call -> replaced(
                                history,
                                call,
                                call.with(readAt(history, call, history.log().lastRevision()))));
            }
        },
        WRITE_WAS_ANSWERED_BEFORE_AN_OLDER_ONE_BEGAN(Rule.REAL_TIME_ORDER) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(history.calls(), random, call -> isWrite(history, call) && hasWritesBefore(history, call))
                        .map(call -> replaced(history, call, call.at(-2, -1)));
            }
        },
        SERIALIZABLE_READ_GOES_BACK(Rule.SERIALIZABLE_READS_DO_NOT_GO_BACK) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                List<Call> reads = history.calls().stream()
                        .filter(call -> call.isSerializable() && call.response() != null)
                        .toList();
                if (reads.size() < 2 || RevisionChecker.revisionOf(reads.get(0).response()) < 2) {
                    return Optional.empty();
                }
                Call last = reads.get(reads.size() - 1);
                return last.invokedNanos() > reads.get(0).returnedNanos()
                        ? Optional.of(replaced(history, last, last.with(readAt(history, last, 1))))
                        : Optional.empty();
            }
        },
        READ_MIXES_TWO_REVISIONS(Rule.ANSWER_IS_TRUE) {
            @Override
            Optional<Broken> of(SimulatedHistory history, Random random) {
                return pick(
                                history.calls(),
                                random,
                                call -> call.isSerializable()
                                        && call.response() instanceof RangeResponse range
                                        && range.getHeader().getRevision() > 2
                                        && !range.equals(headed(
                                                readAt(
                                                        history,
                                                        call,
                                                        range.getHeader().getRevision() - 1),
                                                range.getHeader().getRevision())))
                        .map(call -> {
                            long revision = RevisionChecker.revisionOf(call.response());
                            return replaced(
                                    history, call, call.with(headed(readAt(history, call, revision - 1), revision)));
                        });
            }
        };

        private final Rule caughtBy;

        Mutant(Rule caughtBy) {
            this.caughtBy = caughtBy;
        }

        abstract Optional<Broken> of(SimulatedHistory history, Random random);

        private static Optional<Call> pick(List<Call> calls, Random random, Predicate<Call> suits) {
            List<Call> suitable = calls.stream().filter(suits).toList();
            return suitable.isEmpty() ? Optional.empty() : Optional.of(suitable.get(random.nextInt(suitable.size())));
        }

        private static boolean isWrite(SimulatedHistory history, Call call) {
            return call.response() != null
                    && history.log().at(RevisionChecker.revisionOf(call.response())).stream()
                            .anyMatch(
                                    event -> RevisionChecker.idOf(event.getKv().getValue())
                                            .equals(call.id()));
        }

        private static boolean isPut(Call call) {
            return call.request() instanceof PutRequest;
        }

        private static boolean isLinearizableRead(Call call) {
            return call.request() instanceof RangeRequest range && !range.getSerializable() && call.response() != null;
        }

        private static boolean hasWritesBefore(SimulatedHistory history, Call call) {
            return history.calls().stream()
                    .anyMatch(other -> isWrite(history, other) && other.returnedNanos() < call.invokedNanos());
        }

        private static RangeResponse readAt(SimulatedHistory history, Call call, long revision) {
            ModelStore model = new ModelStore();
            history.log().byRevision().headMap(revision, true).values().forEach(model::follow);
            return (RangeResponse) model.tryOut(call.request()).response();
        }

        private static RangeResponse headed(RangeResponse response, long revision) {
            return response.toBuilder()
                    .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                    .build();
        }

        private static Broken replaced(SimulatedHistory history, Call call, Call by) {
            List<Call> calls = new ArrayList<>(history.calls());
            calls.set(calls.indexOf(call), by);
            return new Broken(calls, history.log());
        }
    }

    private record Broken(List<Call> calls, EventLog log) {}

    @Test
    void soundHistoriesAreNotAccused() {
        for (long seed = 0; seed < HISTORIES; seed++) {
            SimulatedHistory history = new SimulatedHistory(seed, CALLS);

            assertThat(RevisionChecker.check(history.calls(), history.log()))
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void findsTheBreach(Mutant mutant) {
        int broken = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            Optional<Broken> history = mutant.of(new SimulatedHistory(seed, CALLS), new Random(seed));
            if (history.isEmpty()) {
                continue;
            }
            broken++;
            assertThat(RevisionChecker.check(
                            history.get().calls(), history.get().log()))
                    .as("seed %d", seed)
                    .extracting(Violation::rule)
                    .contains(mutant.caughtBy);
        }
        assertThat(broken).as("histories with a place to break").isGreaterThan(HISTORIES / 2);
    }

    @Test
    void aLongHistoryIsCheckedInSeconds() {
        SimulatedHistory history = new SimulatedHistory(7, 30_000);

        assertThat(RevisionChecker.check(history.calls(), history.log())).isEmpty();
    }
}
