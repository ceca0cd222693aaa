package io.metastore.server.compat.differential;

import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one watch was told on one side, from its creation to its end. How events are cut into responses is a matter of
 * timing while a watch catches up, so the events are kept flat; what must hold of the responses in any case is checked as
 * they arrive, and the first breach is remembered. Guarded by its {@link WatchTape}.
 */
final class Recording {

    private final WatchCreateRequest request;
    private final WatchResponse created;
    private final List<Event> events = new ArrayList<>();
    private final List<WatchResponse> cancels = new ArrayList<>();
    private long lastRevision;
    private long progressRevision;
    private int progressCount;
    private boolean insideFragments;
    private boolean settled;
    private @Nullable String breach;

    Recording(WatchCreateRequest request, WatchResponse created) {
        this.request = request;
        this.created = created;
        this.lastRevision =
                request.getStartRevision() == 0 ? created.getHeader().getRevision() : request.getStartRevision() - 1;
    }

    WatchCreateRequest request() {
        return request;
    }

    WatchResponse created() {
        return created;
    }

    List<Event> events() {
        return events;
    }

    List<WatchResponse> cancels() {
        return cancels;
    }

    int progressCount() {
        return progressCount;
    }

    /** Revision of the newest progress response, 0 before the first. */
    long progressRevision() {
        return progressRevision;
    }

    @Nullable
    String breach() {
        return breach;
    }

    /** From here on the watch follows live: each response holds the events of one revision and bears that revision. */
    void settle() {
        settled = cancels.isEmpty() && request.getStartRevision() <= lastRevisionKnown();
    }

    /** The events so far were compared and need not be kept. */
    void forgetEvents() {
        events.clear();
    }

    void canceled(WatchResponse response) {
        check(response.getEventsCount() == 0, "a cancel has no events", response);
        cancels.add(response);
    }

    /** A progress response of this watch, or, with watch id -1, of its whole stream. */
    void progress(WatchResponse response) {
        long revision = response.getHeader().getRevision();
        check(cancels.isEmpty(), "no progress after a cancel", response);
        check(revision >= request.getStartRevision(), "no progress below the start revision", response);
        check(revision >= lastRevision, "no progress below what was sent", response);
        check(revision >= progressRevision, "progress does not fall", response);
        progressRevision = revision;
    }

    void periodicProgress(WatchResponse response) {
        check(request.getProgressNotify(), "progress was not asked for", response);
        progressCount++;
        progress(response);
    }

    void events(WatchResponse response) {
        List<Event> arrived = response.getEventsList();
        long first = arrived.get(0).getKv().getModRevision();
        long last = arrived.get(arrived.size() - 1).getKv().getModRevision();
        check(cancels.isEmpty(), "no event after a cancel", response);
        check(first >= request.getStartRevision(), "no event below the start revision", response);
        check(first > progressRevision, "no event at or below a progress revision", response);
        check(
                first > lastRevision || (insideFragments && first == lastRevision),
                "a revision comes once, whole",
                response);
        check(isAscending(arrived), "events come in revision order", response);
        check(response.getHeader().getRevision() >= last, "the header is not below the events", response);
        check(!response.getFragment() || request.getFragment(), "fragments were not asked for", response);
        if (settled) {
            check(first == last, "a live response holds one revision", response);
            check(response.getHeader().getRevision() == last, "a live response bears its revision", response);
        }
        lastRevision = last;
        insideFragments = response.getFragment();
        events.addAll(arrived);
    }

    private long lastRevisionKnown() {
        return Math.max(
                Math.max(lastRevision, progressRevision), created.getHeader().getRevision());
    }

    private static boolean isAscending(List<Event> events) {
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i).getKv().getModRevision()
                    < events.get(i - 1).getKv().getModRevision()) {
                return false;
            }
        }
        return true;
    }

    private void check(boolean holds, String rule, WatchResponse response) {
        if (!holds && breach == null) {
            breach = "\"%s\" is broken by %s, of the watch %s".formatted(rule, brief(response), brief(request));
        }
    }

    private static String brief(Object message) {
        return Rpc.abbreviate(message.toString().lines().map(String::strip).collect(Collectors.joining(" ")));
    }
}
