package io.metastore.storage.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** A hub over a model history whose threads make their turns when the test says so. */
final class HubFixture {
    final ModelHistory history = new ModelHistory();
    final Turns turns = new Turns();
    final List<Throwable> fatal = new ArrayList<>();
    final Executor catchUp = turns.executor();
    final Executor lane = turns.executor();
    final WatchHub hub;

    HubFixture(WatchConfig config) {
        hub = new WatchHub(history, config, catchUp, fatal::add);
    }

    FakeClient client() {
        return new FakeClient(lane).connect(hub);
    }

    /** One published transaction, of which everybody has heard. */
    void write(String operations) {
        writeBatch(operations);
        settle();
    }

    /** Several transactions in one batch; nobody has heard of it yet. */
    void writeBatch(String... transactions) {
        List<Change> changes = new ArrayList<>();
        for (String operations : transactions) {
            changes.addAll(history.write(operations));
        }
        history.publish(history.written());
        hub.published(history.written(), changes);
    }

    /** A state that comes by snapshot: the hub sees no changes. */
    void install(String... transactions) {
        for (String operations : transactions) {
            history.write(operations);
        }
        history.publish(history.written());
        hub.reset();
    }

    void compact(long revision) {
        history.compact(revision);
        hub.compacted(revision);
    }

    void settle() {
        turns.runAll();
        assertThat(fatal).isEmpty();
    }

    static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
    }

    static WatchCreateRequest.Builder range(String key, String end) {
        return key(key).setRangeEnd(ByteString.copyFromUtf8(end));
    }

    static WatchCreateRequest.Builder everything() {
        return range("\0", "\0");
    }

    /** Responses as a line each, in the words {@code "0 h 4: PUT a@3=1 (was 0), DELETE b@4"}. */
    static List<String> lines(List<WatchResponse> responses) {
        return responses.stream().map(HubFixture::line).toList();
    }

    static String line(WatchResponse response) {
        StringBuilder line = new StringBuilder();
        line.append(response.getWatchId())
                .append(" h ")
                .append(response.getHeader().getRevision());
        if (response.getCreated()) {
            line.append(" created");
        }
        if (response.getCanceled()) {
            line.append(" canceled");
        }
        if (response.getCompactRevision() != 0) {
            line.append(" compact_revision ").append(response.getCompactRevision());
        }
        if (!response.getCancelReason().isEmpty()) {
            line.append(" '").append(response.getCancelReason()).append('\'');
        }
        if (response.getFragment()) {
            line.append(" fragment");
        }
        if (response.getEventsCount() > 0) {
            line.append(": ")
                    .append(response.getEventsList().stream()
                            .map(HubFixture::event)
                            .collect(Collectors.joining(", ")));
        }
        return line.toString();
    }

    private static String event(Event event) {
        String text = event.getType() + " " + event.getKv().getKey().toStringUtf8() + "@"
                + event.getKv().getModRevision();
        if (event.getType() == Event.EventType.PUT) {
            text += "=" + event.getKv().getValue().toStringUtf8();
        }
        if (event.hasPrevKv()) {
            text += " (was " + event.getPrevKv().getValue().toStringUtf8() + ")";
        }
        return text;
    }
}
