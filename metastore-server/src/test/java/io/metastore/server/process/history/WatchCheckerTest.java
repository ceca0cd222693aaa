package io.metastore.server.process.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A watch that was told wrongly in one place is always found, a sound one never accused. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchCheckerTest {

    private static final int WATCHES = 100;

    /** Each breaks the responses of a sound watch in one place; {@code at} is a response with events. */
    private enum Mutant {
        RESPONSE_LOST(Rule.WATCH_IS_COMPLETE) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                responses.remove(at);
            }
        },
        EVENT_LOST(Rule.WATCH_IS_COMPLETE) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse response = responses.get(at);
                responses.set(
                        at,
                        response.toBuilder()
                                .removeEvents(random.nextInt(response.getEventsCount()))
                                .build());
            }
        },
        EVENT_CHANGED(Rule.WATCH_IS_COMPLETE) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse.Builder response = responses.get(at).toBuilder();
                response.getEventsBuilder(0).getKvBuilder().setValue(ByteString.copyFromUtf8("other"));
                responses.set(at, response.build());
            }
        },
        PREVIOUS_VALUE_INVENTED(Rule.WATCH_IS_COMPLETE) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse.Builder response = responses.get(at).toBuilder();
                response.getEventsBuilder(0).setPrevKv(response.getEvents(0).getKv());
                responses.set(at, response.build());
            }
        },
        TOLD_TWICE(Rule.WATCH_IS_COMPLETE) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                responses.add(at, responses.get(at));
            }
        },
        TOLD_IN_WRONG_ORDER(Rule.WATCH_IS_ORDERED) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                List<Event> backwards = new ArrayList<>(responses.get(at).getEventsList());
                if (backwards.get(0).getKv().getModRevision()
                        == backwards.get(backwards.size() - 1).getKv().getModRevision()) {
                    return;
                }
                Collections.reverse(backwards);
                responses.set(
                        at,
                        responses.get(at).toBuilder()
                                .clearEvents()
                                .addAllEvents(backwards)
                                .build());
            }
        },
        REVISION_SPLIT(Rule.WATCH_IS_ATOMIC) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse response = responses.get(at);
                for (int i = 1; i < response.getEventsCount(); i++) {
                    if (response.getEvents(i).getKv().getModRevision()
                            == response.getEvents(i - 1).getKv().getModRevision()) {
                        List<Event> events = response.getEventsList();
                        responses.set(
                                at,
                                response.toBuilder()
                                        .clearEvents()
                                        .addAllEvents(events.subList(0, i))
                                        .build());
                        responses.add(
                                at + 1,
                                response.toBuilder()
                                        .clearEvents()
                                        .addAllEvents(events.subList(i, events.size()))
                                        .build());
                        return;
                    }
                }
            }
        },
        PROGRESS_TOO_EARLY(Rule.WATCH_PROGRESS_IS_A_BOOKMARK) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse response = responses.get(at);
                responses.add(at, response.toBuilder().clearEvents().build());
            }
        },
        EVENT_BELOW_THE_START(Rule.WATCH_STARTS_WHERE_ASKED) {
            @Override
            void breakIn(List<WatchResponse> responses, int at, Random random) {
                WatchResponse.Builder early = WatchResponse.newBuilder();
                early.addEventsBuilder().getKvBuilder().setModRevision(1);
                responses.add(1, early.build());
            }
        };

        private final Rule caughtBy;

        Mutant(Rule caughtBy) {
            this.caughtBy = caughtBy;
        }

        abstract void breakIn(List<WatchResponse> responses, int at, Random random);
    }

    @Test
    void soundWatchesAreNotAccused() {
        for (long seed = 0; seed < WATCHES; seed++) {
            SimulatedHistory history = new SimulatedHistory(seed, 100);

            assertThat(WatchChecker.check(history.watch(), history.log()))
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void findsTheBreach(Mutant mutant) {
        int broken = 0;
        for (long seed = 0; seed < WATCHES; seed++) {
            SimulatedHistory history = new SimulatedHistory(seed, 100);
            WatchRecord sound = history.watch();
            Random random = new Random(seed);
            List<Integer> withEvents = new ArrayList<>();
            for (int i = 0; i < sound.responses().size(); i++) {
                if (sound.responses().get(i).getEventsCount() > 0) {
                    withEvents.add(i);
                }
            }
            List<WatchResponse> responses = new ArrayList<>(sound.responses());
            mutant.breakIn(responses, withEvents.get(random.nextInt(withEvents.size())), random);
            if (responses.equals(sound.responses())) {
                continue;
            }
            broken++;
            WatchRecord watch = new WatchRecord(sound.request(), responses, sound.mustReach());
            assertThat(WatchChecker.check(watch, history.log()))
                    .as("seed %d", seed)
                    .extracting(Violation::rule)
                    .contains(mutant.caughtBy);
        }
        assertThat(broken).as("watches with a place to break").isGreaterThan(WATCHES / 5);
    }
}
