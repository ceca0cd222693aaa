package io.metastore.server.process.history;

import io.metastore.api.rpc.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All changes of a store, by revision, each revision's events in order. */
public final class EventLog {

    private final NavigableMap<Long, List<Event>> byRevision = new TreeMap<>();

    /** Appends an event that is not older than those before. */
    public void add(Event event) {
        byRevision
                .computeIfAbsent(event.getKv().getModRevision(), revision -> new ArrayList<>())
                .add(event);
    }

    /** The newest revision, 1 when nothing was ever changed. */
    public long lastRevision() {
        return byRevision.isEmpty() ? 1 : byRevision.lastKey();
    }

    List<Event> at(long revision) {
        return byRevision.getOrDefault(revision, List.of());
    }

    public NavigableMap<Long, List<Event>> byRevision() {
        return Collections.unmodifiableNavigableMap(byRevision);
    }

    EventLog copy() {
        EventLog copy = new EventLog();
        for (Map.Entry<Long, List<Event>> each : byRevision.entrySet()) {
            copy.byRevision.put(each.getKey(), new ArrayList<>(each.getValue()));
        }
        return copy;
    }

    /** For tests that break a log on purpose. */
    NavigableMap<Long, List<Event>> mutable() {
        return byRevision;
    }
}
