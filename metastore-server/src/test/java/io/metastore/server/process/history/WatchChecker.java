package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchCreateRequest.FilterType;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Did a watch tell exactly the events that it asked for: in order, once, whole revisions, none missing, none before its time? */
public final class WatchChecker {

    private static final ByteString TO_LAST_KEY = ByteString.copyFrom(new byte[] {0});

    private final WatchRecord watch;
    private final EventLog log;
    private final List<Violation> violations = new ArrayList<>();

    private WatchChecker(WatchRecord watch, EventLog log) {
        this.watch = watch;
        this.log = log;
    }

    public static List<Violation> check(WatchRecord watch, EventLog log) {
        WatchChecker checker = new WatchChecker(watch, log);
        checker.checkResponses();
        checker.checkEvents();
        return checker.violations;
    }

    private void checkResponses() {
        long last = 0;
        long bookmark = 0;
        boolean insideFragments = false;
        for (WatchResponse response : watch.responses()) {
            if (response.getEventsCount() == 0) {
                if (!response.getCreated() && !response.getCanceled()) {
                    bookmark = Math.max(bookmark, response.getHeader().getRevision());
                    require(
                            bookmark >= watch.request().getStartRevision() && bookmark >= last,
                            Rule.WATCH_PROGRESS_IS_A_BOOKMARK,
                            "progress at %d, after %d".formatted(bookmark, last));
                }
                continue;
            }
            long first = revisionOf(response.getEvents(0));
            require(first >= start(), Rule.WATCH_STARTS_WHERE_ASKED, "revision %d".formatted(first));
            require(
                    first > bookmark,
                    Rule.WATCH_PROGRESS_IS_A_BOOKMARK,
                    "revision %d after progress at %d".formatted(first, bookmark));
            require(
                    first != last || insideFragments,
                    Rule.WATCH_IS_ATOMIC,
                    "revision %d in two responses".formatted(first));
            for (Event event : response.getEventsList()) {
                require(
                        revisionOf(event) >= last,
                        Rule.WATCH_IS_ORDERED,
                        "revision %d after %d".formatted(revisionOf(event), last));
                last = revisionOf(event);
            }
            insideFragments = response.getFragment();
        }
    }

    /** What came is what the log has, from the start to the last that came or had to come. */
    private void checkEvents() {
        List<Event> told = watch.responses().stream()
                .flatMap(response -> response.getEventsList().stream())
                .toList();
        long until = Math.max(watch.mustReach(), told.isEmpty() ? 0 : revisionOf(told.get(told.size() - 1)));
        List<Event> expected = expected(until);
        if (told.equals(expected)) {
            return;
        }
        int at = 0;
        while (at < Math.min(told.size(), expected.size()) && told.get(at).equals(expected.get(at))) {
            at++;
        }
        require(
                false,
                Rule.WATCH_IS_COMPLETE,
                "event number %d is %s, should be %s".formatted(at, brief(told, at), brief(expected, at)));
    }

    private List<Event> expected(long until) {
        Map<ByteString, KeyValue> previous = new HashMap<>();
        List<Event> expected = new ArrayList<>();
        log.byRevision().headMap(until, true).forEach((revision, events) -> {
            Map<ByteString, KeyValue> before = new HashMap<>();
            for (Event event : events) {
                ByteString key = event.getKv().getKey();
                KeyValue old =
                        before.computeIfAbsent(key, any -> previous.getOrDefault(key, KeyValue.getDefaultInstance()));
                if (revision >= start() && matches(watch.request(), event)) {
                    expected.add(withPrevious(event, old));
                }
                previous.put(
                        key, event.getType() == Event.EventType.PUT ? event.getKv() : KeyValue.getDefaultInstance());
            }
        });
        return expected;
    }

    private Event withPrevious(Event event, KeyValue previous) {
        boolean creation = event.getType() == Event.EventType.PUT
                && event.getKv().getCreateRevision() == event.getKv().getModRevision();
        return watch.request().getPrevKv() && !creation && !previous.getKey().isEmpty()
                ? event.toBuilder().setPrevKv(previous).build()
                : event;
    }

    private long start() {
        long asked = watch.request().getStartRevision();
        if (asked != 0 || watch.responses().isEmpty()) {
            return asked;
        }
        return watch.responses().get(0).getHeader().getRevision() + 1;
    }

    private static boolean matches(WatchCreateRequest request, Event event) {
        FilterType unwanted = event.getType() == Event.EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE;
        return !request.getFiltersList().contains(unwanted)
                && inRange(event.getKv().getKey(), request.getKey(), request.getRangeEnd());
    }

    private static boolean inRange(ByteString key, ByteString start, ByteString end) {
        var order = ByteString.unsignedLexicographicalComparator();
        if (end.isEmpty()) {
            return key.equals(start);
        }
        return order.compare(key, start) >= 0 && (end.equals(TO_LAST_KEY) || order.compare(key, end) < 0);
    }

    private static long revisionOf(Event event) {
        return event.getKv().getModRevision();
    }

    private static String brief(List<Event> events, int at) {
        return at < events.size() ? events.get(at).toString().replaceAll("\\s+", " ") : "missing";
    }

    private void require(boolean holds, Rule rule, String detail) {
        if (!holds) {
            violations.add(new Violation(
                    rule,
                    detail + ", of the watch " + watch.request().toString().replaceAll("\\s+", " ")));
        }
    }
}
