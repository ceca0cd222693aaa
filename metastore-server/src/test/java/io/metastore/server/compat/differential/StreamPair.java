package io.metastore.server.compat.differential;

import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The same watch stream on both sides. Creates and cancels are answered on both before the run goes on; events arrive when
 * they do, and are compared at a {@link #barrier}: a progress response proves that a side has told everything up to its
 * revision, so that what is missing then is missing for good.
 */
final class StreamPair {

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration PROGRESS_RETRY = Duration.ofMillis(50);
    /** Watches of a stream that cannot prove completeness have this long to become equal. */
    private static final Duration EQUAL_BOUND = Duration.ofSeconds(10);

    private static final Duration CATCH_UP_PAUSE = Duration.ofMillis(250);

    private final Side firstSide;
    private final Side secondSide;
    private final WatchTape first;
    private final WatchTape second;
    /** Watch ids in use, in the server's eyes: until the client has cancelled them. */
    private final Set<Long> ids = new TreeSet<>();
    /** Start revisions that may not be reached yet. */
    private final Map<Long, Long> starts = new TreeMap<>();

    private int live;
    private boolean halfClosed;

    StreamPair(Side firstSide, Side secondSide, boolean hasLeader) {
        this.firstSide = firstSide;
        this.secondSide = secondSide;
        this.first = WatchTape.open(firstSide, hasLeader);
        this.second = WatchTape.open(secondSide, hasLeader);
    }

    int live() {
        return live;
    }

    boolean halfClosed() {
        return halfClosed;
    }

    /** The newest revision that a watch here waits for. */
    long latestStart() {
        return starts.values().stream().mapToLong(start -> start).max().orElse(0);
    }

    Set<Long> ids() {
        return ids;
    }

    /** True if a watch here waits for progress responses and may expect them at this revision. */
    boolean awaitsPeriodicProgress(long revision) {
        return reduce(first, recordings -> recordings.stream().anyMatch(each -> expectsProgress(each, revision)));
    }

    void create(WatchCreateRequest request, long compacted, LongSupplier fence) {
        int before = first.createAnswers().size();
        first.create(request);
        second.create(request);
        both("answer to " + request, tape -> tape.createAnswers().size() > before);
        WatchResponse a = masked(first.createAnswers().get(before), firstSide);
        WatchResponse b = masked(second.createAnswers().get(before), secondSide);
        compare("answer to create " + request, a, b);
        if (a.getCanceled()) {
            return;
        }
        ids.add(a.getWatchId());
        starts.put(a.getWatchId(), request.getStartRevision());
        live++;
        if (request.getStartRevision() != 0 && request.getStartRevision() < compacted) {
            int newest = reduce(first, List::size) - 1;
            both("cancel of a watch below the compact revision", tape -> cancels(tape, newest) == 1);
            live--;
            starts.remove(a.getWatchId());
            compareCancels(newest);
            // It stays in the server's table, and keeps the stream from progress, until the client lets go of it.
            cancel(a.getWatchId(), fence);
        }
    }

    void cancel(long watchId, LongSupplier fence) {
        if (!ids.remove(watchId)) {
            first.cancel(watchId);
            second.cancel(watchId);
            return; // ignored, so there is nothing to wait for; the next barrier finds an answer that should not be
        }
        boolean alive = starts.remove(watchId) != null;
        if (alive) {
            barrier(fence.getAsLong());
            live--;
        }
        int index = newestRecordingOf(watchId);
        int before = reduce(first, recordings -> recordings.get(index).cancels().size());
        first.cancel(watchId);
        second.cancel(watchId);
        both("answer to cancel of watch " + watchId, tape -> cancels(tape, index) > before);
        compareCancels(index);
    }

    void sendNothing() {
        first.sendNothing();
        second.sendNothing();
    }

    void halfClose() {
        halfClosed = true;
        first.halfClose();
        second.halfClose();
    }

    void close(long revision) {
        barrier(revision);
        first.close();
        second.close();
    }

    /** Without a last comparison: the servers are gone, or a difference was found. */
    void abandon() {
        first.close();
        second.close();
    }

    /**
     * Waits until both sides have told all up to the revision, and compares it. The revision must be newer than any watch
     * here: a progress response of an older one says nothing about a watch that was created since.
     */
    void barrier(long revision) {
        boolean provable = live > 0 && !halfClosed && starts.values().stream().allMatch(start -> start <= revision);
        if (provable) {
            awaitProgress(first, firstSide, revision);
            awaitProgress(second, secondSide, revision);
        } else {
            awaitEqual();
        }
        compareAll();
        if (provable) {
            settle(first);
            settle(second);
        }
    }

    /** Fails if a side has broken a promise, or a stream has ended. Cheap: for every step. */
    void check() {
        check(first, firstSide);
        check(second, secondSide);
    }

    /** Waits until each watch that asked for it got one more progress response, of this revision. */
    void awaitPeriodicProgress(long revision) {
        List<Integer> before = progressCounts(first);
        List<Integer> beforeSecond = progressCounts(second);
        awaitPeriodicProgress(first, firstSide, before, revision);
        awaitPeriodicProgress(second, secondSide, beforeSecond, revision);
        check();
    }

    private void awaitPeriodicProgress(WatchTape tape, Side side, List<Integer> before, long revision) {
        boolean all = tape.await(BOUND, () -> {
            for (int i = 0; i < before.size(); i++) {
                Recording recording = tape.recordings().get(i);
                if (expectsProgress(recording, revision)
                        && (recording.progressCount() == before.get(i) || recording.progressRevision() != revision)) {
                    return false;
                }
            }
            return true;
        });
        if (!all) {
            throw new Difference("%s sends no periodic progress of revision %d to a watch that asked for it and is idle"
                    .formatted(side.name(), revision));
        }
    }

    private static boolean expectsProgress(Recording recording, long revision) {
        return recording.request().getProgressNotify()
                && recording.cancels().isEmpty()
                && recording.request().getStartRevision() <= revision;
    }

    private static List<Integer> progressCounts(WatchTape tape) {
        return reduce(
                tape,
                recordings -> recordings.stream().map(Recording::progressCount).toList());
    }

    private void awaitProgress(WatchTape tape, Side side, long revision) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (tape.streamProgressRevision() < revision) {
            check(tape, side);
            if (System.nanoTime() - deadline > 0) {
                throw new Difference("%s answers no progress request of a stream with %d watches at revision %d, had %d"
                        .formatted(side.name(), live, revision, tape.streamProgressRevision()));
            }
            tape.askProgress(); // dropped while a watch is catching up
            tape.await(PROGRESS_RETRY, () -> tape.streamProgressRevision() >= revision);
        }
    }

    /** Without a proof: equal, and no more to come for longer than a server waits between two looks at its history. */
    private void awaitEqual() {
        long deadline = System.nanoTime() + EQUAL_BOUND.toNanos();
        List<Integer> before = null;
        List<Integer> now = eventCounts(first);
        while ((!now.equals(before) || !now.equals(eventCounts(second))) && System.nanoTime() - deadline < 0) {
            first.await(CATCH_UP_PAUSE, () -> false);
            before = now;
            now = eventCounts(first);
        }
    }

    private static List<Integer> eventCounts(WatchTape tape) {
        return reduce(tape, recordings -> recordings.stream()
                .map(each -> each.events().size())
                .toList());
    }

    private void compareAll() {
        check();
        List<List<Event>> a = takeEvents(first);
        List<List<Event>> b = takeEvents(second);
        compare("number of watches", a.size(), b.size());
        for (int i = 0; i < a.size(); i++) {
            compareEvents(i, a.get(i), b.get(i));
            compareCancels(i);
        }
    }

    private void compareEvents(int index, List<Event> a, List<Event> b) {
        if (a.equals(b)) {
            return;
        }
        int at = 0;
        while (at < Math.min(a.size(), b.size()) && a.get(at).equals(b.get(at))) {
            at++;
        }
        WatchCreateRequest request =
                reduce(first, recordings -> recordings.get(index).request());
        throw new Difference("events of the watch {%s} differ at number %d of %d and %d%n  %s: %s%n  %s: %s"
                .formatted(
                        oneLine(request),
                        at,
                        a.size(),
                        b.size(),
                        firstSide.name(),
                        at < a.size() ? oneLine(a.get(at)) : "nothing",
                        secondSide.name(),
                        at < b.size() ? oneLine(b.get(at)) : "nothing"));
    }

    private void compareCancels(int index) {
        List<WatchResponse> a = cancelsOf(first, firstSide, index);
        List<WatchResponse> b = cancelsOf(second, secondSide, index);
        compare("cancels of watch number " + index, a, b);
    }

    private static List<WatchResponse> cancelsOf(WatchTape tape, Side side, int index) {
        return reduce(tape, recordings -> recordings.get(index).cancels().stream()
                .map(each -> masked(each, side))
                .toList());
    }

    private static List<List<Event>> takeEvents(WatchTape tape) {
        return reduce(tape, recordings -> {
            List<List<Event>> taken = new ArrayList<>();
            for (Recording recording : recordings) {
                taken.add(List.copyOf(recording.events()));
                recording.forgetEvents();
            }
            return taken;
        });
    }

    private void settle(WatchTape tape) {
        reduce(tape, recordings -> {
            recordings.forEach(Recording::settle);
            return null;
        });
    }

    private int newestRecordingOf(long watchId) {
        return reduce(first, recordings -> {
            for (int i = recordings.size() - 1; i >= 0; i--) {
                if (recordings.get(i).created().getWatchId() == watchId) {
                    return i;
                }
            }
            throw new IllegalStateException("no watch " + watchId);
        });
    }

    private static int cancels(WatchTape tape, int index) {
        return reduce(
                tape,
                recordings -> index < recordings.size()
                        ? recordings.get(index).cancels().size()
                        : 0);
    }

    private void both(String what, Function<WatchTape, Boolean> condition) {
        await(first, firstSide, what, condition);
        await(second, secondSide, what, condition);
    }

    private static void await(WatchTape tape, Side side, String what, Function<WatchTape, Boolean> condition) {
        if (!tape.await(BOUND, () -> condition.apply(tape) || tape.end() != null) || tape.end() != null) {
            throw new Difference("%s gives no %s; its stream %s"
                    .formatted(side.name(), what, tape.end() == null ? "is open" : "ended with " + tape.end()));
        }
    }

    private static void check(WatchTape tape, Side side) {
        if (tape.breach() != null) {
            throw new Difference("%s: %s".formatted(side.name(), tape.breach()));
        }
        if (tape.end() != null) {
            throw new Difference("%s ended a watch stream: %s".formatted(side.name(), tape.end()));
        }
    }

    private void compare(String what, Object a, Object b) {
        if (!a.equals(b)) {
            throw new Difference("%s%n  %s: %s%n  %s: %s"
                    .formatted(oneLine(what), firstSide.name(), oneLine(a), secondSide.name(), oneLine(b)));
        }
    }

    private static String oneLine(Object message) {
        return Rpc.abbreviate(message.toString().replaceAll("\\s+", " "));
    }

    private static WatchResponse masked(WatchResponse response, Side side) {
        return (WatchResponse) KnownDifference.maskHeaders(response, side.identity());
    }

    private static <T> T reduce(WatchTape tape, Function<List<Recording>, T> question) {
        synchronized (tape) {
            return question.apply(tape.recordings());
        }
    }
}
