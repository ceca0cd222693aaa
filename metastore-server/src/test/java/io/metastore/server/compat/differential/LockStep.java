package io.metastore.server.compat.differential;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmRequest.AlarmAction;
import io.metastore.api.rpc.CompactionRequest;
import io.metastore.api.rpc.HashKVRequest;
import io.metastore.api.rpc.HashKVResponse;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.server.process.Eventually;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Takes each step on both sides, waits for both, and compares. The first difference ends the run: it says the seed, the
 * number of the step, the steps that led there and both answers. The same seed and options lead there again.
 */
final class LockStep {

    private static final int BARRIER_EVERY = 250;
    private static final int TOLD_EVERY = 10_000;
    private static final int REMEMBERED_STEPS = 40;
    /** For whoever wants to see more than the first different answer; the run fails all the same. */
    private static final int TOLERATED = Integer.getInteger("differential.tolerate", 0);

    private static final Duration COMPACTION_BOUND = Duration.ofSeconds(30);

    private final long seed;
    private final Side first;
    private final Side second;
    private final Generator generator;
    private final Knowledge knowledge = new Knowledge();
    private final WatchMix mix = new WatchMix();
    private final Episodes episodes;
    private final Deque<String> lately = new ArrayDeque<>();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Map<String, Integer> errors = new TreeMap<>();
    private final Map<Step.Episode, Integer> played = new EnumMap<>(Step.Episode.class);
    private int steps;
    private int tolerated;
    private List<Answer> latest = List.of();

    LockStep(long seed, Side first, Side second) {
        this.seed = seed;
        this.first = first;
        this.second = second;
        this.generator = new Generator(seed);
        this.episodes = new Episodes(this);
    }

    /** @param rarityEvery how many steps lie between two of the things that take seconds */
    void run(int requests, int rarityEvery, int restarts) {
        int restartEvery = restarts == 0 ? Integer.MAX_VALUE : Math.max(1, requests / (restarts + 1));
        try {
            while (steps < requests) {
                boolean restart = steps > 0 && steps % restartEvery == 0;
                boolean rarity = steps % rarityEvery == rarityEvery - 1 && !knowledge.alarmed();
                take(
                        restart
                                ? new Step.Play(Step.Episode.RESTART)
                                : rarity ? generator.rarity() : generator.next(knowledge, mix));
                if (steps % BARRIER_EVERY == 0 && !knowledge.alarmed()) {
                    mix.barrier(fence());
                }
                if (steps % TOLD_EVERY == 0) {
                    System.out.printf("step %d of %d, revision %d%n", steps, requests, knowledge.revision());
                }
            }
            if (knowledge.alarmed()) {
                episodes.play(Step.Episode.DISARM);
            }
            mix.barrier(fence());
            call(Rpc.of(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance()));
            call(Rpc.of(KVGrpc.getRangeMethod(), everything()));
            if (tolerated > 0) {
                throw new Difference("%d different answers, printed above".formatted(tolerated));
            }
        } catch (Difference difference) {
            throw new Difference(report(difference.getMessage()));
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(report(failure.toString()), failure);
        } finally {
            mix.abandon();
        }
    }

    int steps() {
        return steps;
    }

    /** What the two sides said to the last call, as they said it. */
    List<Answer> latest() {
        return latest;
    }

    /** What was asked and refused, for the reader to see that the run was worth its time. */
    String summary() {
        return "steps %d, revision %d, compactions %d%ncalls %s%nerrors %s%nepisodes %s"
                .formatted(steps, knowledge.revision(), knowledge.compactions().size(), calls, errors, played);
    }

    Knowledge knowledge() {
        return knowledge;
    }

    WatchMix mix() {
        return mix;
    }

    Side first() {
        return first;
    }

    Side second() {
        return second;
    }

    /** Makes the call on both sides at once, compares, and answers what the first side said. */
    Answer call(Rpc rpc) {
        return call(rpc, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** The same, where each side gets the call with something of its own, such as a token. */
    Answer call(Rpc rpc, UnaryOperator<Rpc> forFirst, UnaryOperator<Rpc> forSecond) {
        remember(rpc.toString());
        calls.merge(rpc.method().getFullMethodName(), 1, Integer::sum);
        CompletableFuture<Answer> onFirst = forFirst.apply(rpc).on(first.channel());
        CompletableFuture<Answer> onSecond = forSecond.apply(rpc).on(second.channel());
        Answer a = onFirst.join();
        Answer b = onSecond.join();
        latest = List.of(a, b);
        compare(rpc, a, b);
        knowledge.learn(rpc, a);
        if (!a.isOk()) {
            errors.merge(a.code() + " " + a.text(), 1, Integer::sum);
        }
        return a;
    }

    /** For answers that did not come at once: fails unless they are equal. */
    void compareAnswers(Rpc rpc, Answer a, Answer b) {
        remember("answered " + rpc);
        calls.merge(rpc.method().getFullMethodName(), 1, Integer::sum);
        compare(rpc, a, b);
    }

    /** A revision that is newer than all that went before, and that no watch waits for any more. */
    long fence() {
        boolean done;
        do {
            PutRequest put = PutRequest.newBuilder()
                    .setKey(Keys.utf8("zz/fence"))
                    .setValue(Keys.utf8(Integer.toString(steps)))
                    .build();
            // Refused while an alarm is on; then nothing is new, either.
            done = !call(Rpc.of(KVGrpc.getPutMethod(), put)).isOk() || knowledge.revision() >= mix.latestStart();
        } while (!done);
        return knowledge.revision();
    }

    /** The last steps, for the report of whoever made them himself. */
    String lately() {
        return lately.stream().map(step -> "  " + step).collect(Collectors.joining("\n"));
    }

    void remember(String step) {
        lately.add(steps + " " + step);
        if (lately.size() > REMEMBERED_STEPS) {
            lately.remove();
        }
    }

    private void take(Step step) {
        steps++;
        if (step instanceof Step.Call call) {
            if (call.rpc().request() instanceof CompactionRequest) {
                compact(call.rpc());
            } else {
                if (call.rpc().request() instanceof AlarmRequest alarm && alarm.getAction() == AlarmAction.ACTIVATE) {
                    mix.barrier(fence()); // there may be no fence while it is on
                }
                call(call.rpc());
            }
        } else if (step instanceof Step.Play play) {
            remember("episode " + play.episode());
            played.merge(play.episode(), 1, Integer::sum);
            episodes.play(play.episode());
        } else if (step instanceof Step.Http http) {
            remember("GET " + http.path());
            compareHttp(http.path());
        } else {
            remember(step.toString());
            watch(step);
        }
        mix.check();
    }

    private void watch(Step step) {
        if (step instanceof Step.OpenStream open) {
            mix.streams().add(new StreamPair(first, second, open.hasLeader()));
        } else if (step instanceof Step.CreateWatch create) {
            mix.streams().get(create.stream()).create(create.request(), knowledge.compacted(), this::fence);
        } else if (step instanceof Step.CancelWatch cancel) {
            mix.streams().get(cancel.stream()).cancel(cancel.watchId(), this::fence);
        } else if (step instanceof Step.EmptyWatchRequest empty) {
            mix.streams().get(empty.stream()).sendNothing();
        } else if (step instanceof Step.HalfCloseStream half) {
            mix.streams().get(half.stream()).barrier(fence());
            mix.streams().get(half.stream()).halfClose();
        } else if (step instanceof Step.CloseStream close) {
            mix.streams().remove(close.stream()).close(fence());
        }
    }

    /**
     * What a watch that is still catching up gets depends on whether the compaction overtakes it, so all are brought up to
     * date before. And the hash of the compact revision changes its meaning when the erasing behind it is done, so that is
     * waited for.
     */
    private void compact(Rpc rpc) {
        mix.barrier(fence());
        long previous = knowledge.compacted();
        if (call(rpc).isOk() && knowledge.compacted() > 0) {
            awaitErased(first, previous);
            awaitErased(second, previous);
        }
    }

    private void awaitErased(Side side, long previous) {
        HashKVRequest request =
                HashKVRequest.newBuilder().setRevision(knowledge.compacted()).build();
        Rpc rpc = Rpc.of(MaintenanceGrpc.getHashKVMethod(), request);
        Eventually.await(
                COMPACTION_BOUND,
                () -> "%s finishes its compaction to %d".formatted(side.name(), knowledge.compacted()),
                () -> rpc.on(side.channel())
                                .join()
                                .message(HashKVResponse.class)
                                .getCompactRevision()
                        == previous);
    }

    private void compareHttp(String path) {
        String a = KnownDifference.withoutPatch(first.get(path));
        String b = KnownDifference.withoutPatch(second.get(path));
        if (!a.equals(b)) {
            found("GET %s%n  %s: %s%n  %s: %s".formatted(path, first.name(), a, second.name(), b));
        }
    }

    private void compare(Rpc rpc, Answer a, Answer b) {
        if (a.code() == Status.Code.DEADLINE_EXCEEDED || a.code() == Status.Code.UNAVAILABLE) {
            throw new Difference("%s fails: %s%n%s".formatted(first.name(), a, first.logTail()));
        }
        List<Message> levelledA = new ArrayList<>();
        List<Message> levelledB = new ArrayList<>();
        if (a.messages().size() == b.messages().size()) {
            for (int i = 0; i < a.messages().size(); i++) {
                var pair = new KnownDifference.Pair(
                        a.messages().get(i), b.messages().get(i));
                var levelled = KnownDifference.levelAll(rpc, pair, first.identity(), second.identity(), knowledge);
                levelledA.add(levelled.first());
                levelledB.add(levelled.second());
            }
        }
        boolean equal = a.messages().size() == b.messages().size()
                && a.withMessages(levelledA).equals(b.withMessages(levelledB));
        if (!equal && !KnownDifference.anyExcuses(rpc, a, b, knowledge)) {
            found("answers to %s%n  %s: %s%n  %s: %s".formatted(rpc, first.name(), a, second.name(), b));
        }
    }

    private void found(String difference) {
        if (tolerated++ >= TOLERATED) {
            throw new Difference(difference);
        }
        System.out.printf("seed %d, step %d: %s%n", seed, steps, difference);
    }

    private String report(String found) {
        return """
                seed %d, step %d: %s
                run again with -Dseed=%d -Ddifferential.requests=%d; the steps before, newest last:
                %s
                %s logged last:
                %s""".formatted(seed, steps, found, seed, steps + 1, lately(), second.name(), second.logTail());
    }

    private static RangeRequest everything() {
        return RangeRequest.newBuilder()
                .setKey(Keys.ZERO)
                .setRangeEnd(Keys.ZERO)
                .build();
    }
}
