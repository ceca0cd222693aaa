package io.metastore.storage.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.WatchCreateRequest;
import io.metastore.api.rpc.WatchCreateRequest.FilterType;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;

/** A hub whose every step is drawn from a seed, and the check of what its clients received. */
final class RandomHub {
    private static final String[] KEYS = {"a", "b", "ba", "bb", "c", "d"};

    private final Random random;
    private final WatchConfig config;
    private final Turns turns = new Turns();
    private final ModelHistory history = new ModelHistory();
    private final List<Throwable> fatal = new ArrayList<>();
    private final WatchHub hub;
    private final Executor apply = turns.executor();
    private final List<Client> clients = new ArrayList<>();

    private static final class Client {
        final FakeClient wire;
        final List<Watch> watches = new ArrayList<>();
        boolean open = true;
        long nextId;

        Client(FakeClient wire) {
            this.wire = wire;
        }
    }

    private static final class Watch {
        final long id;
        final WatchCreateRequest request;
        final long askedStart;
        boolean canceled;

        Watch(long id, WatchCreateRequest request, long askedStart) {
            this.id = id;
            this.request = request;
            this.askedStart = askedStart;
        }
    }

    RandomHub(long seed, WatchConfig config) {
        this.random = new Random(seed);
        this.config = config;
        this.hub = new WatchHub(history, config, turns.executor(), fatal::add);
        Executor[] lanes = {turns.executor(), turns.executor()};
        for (int i = 0; i < 4; i++) {
            Executor lane = lanes[i % 2];
            Client client = new Client(new FakeClient(lane));
            clients.add(client);
            lane.execute(() -> client.wire.connect(hub));
        }
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            act();
            for (int turn = random.nextInt(4); turn > 0; turn--) {
                turns.runOne(random);
            }
            checkBounds();
        }
        for (Client client : clients) {
            client.wire.lane().execute(() -> {
                if (client.open) {
                    client.wire.reads(Long.MAX_VALUE);
                }
            });
        }
        turns.runAll();
        assertThat(fatal).isEmpty();
        clients.forEach(this::check);
        closeAll();
    }

    private void act() {
        Client client = clients.get(random.nextInt(clients.size()));
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> writeBatch();
            case 7, 8, 9 -> onLane(client, () -> create(client));
            case 10 -> onLane(client, () -> cancel(client));
            case 11 -> onLane(client, () -> client.wire.stream().requestProgress());
            case 12 -> onLane(client, () -> client.wire.stream().progressTick());
            case 13, 14 -> onLane(client, () -> client.wire.reads(random.nextInt(6)));
            case 15 -> onLane(client, () -> client.wire.reads(Long.MAX_VALUE));
            case 16 -> apply.execute(this::compact);
            case 17 -> {
                if (random.nextInt(4) == 0) {
                    apply.execute(this::installSnapshot);
                }
            }
            case 18 -> {
                if (random.nextInt(10) == 0) {
                    onLane(client, () -> {
                        client.open = false;
                        client.wire.stream().close();
                    });
                }
            }
            default -> turns.runOne(random);
        }
    }

    private void onLane(Client client, Runnable work) {
        client.wire.lane().execute(() -> {
            if (client.open) {
                work.run();
            }
        });
    }

    /** Publication and what the hub is told of it are two turns: lanes may come between. */
    private void writeBatch() {
        List<Change> changes = new ArrayList<>();
        int size = random.nextInt(10) == 0 ? 30 : 1 + random.nextInt(3);
        apply.execute(() -> {
            for (int i = 0; i < size; i++) {
                changes.addAll(history.write(transaction()));
            }
            history.publish(history.written());
            long revision = history.written();
            // First in line: the apply thread does nothing else in between.
            if (random.nextBoolean()) {
                hub.published(revision, changes);
            } else {
                betweenPublicationAndNotice();
                hub.published(revision, changes);
            }
        });
    }

    private void betweenPublicationAndNotice() {
        for (Client client : clients) {
            if (client.open && client.wire.stream() != null && random.nextInt(3) == 0) {
                create(client);
            }
        }
    }

    private String transaction() {
        StringBuilder operations = new StringBuilder();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String key = KEYS[random.nextInt(KEYS.length)];
            String value = "v" + "x".repeat(random.nextInt(10) == 0 ? 700 : random.nextInt(20));
            operations.append(operations.isEmpty() ? "" : ", ");
            operations.append(random.nextInt(3) == 0 ? "del " + key : "put " + key + " " + value);
        }
        return operations.toString();
    }

    private void compact() {
        long from = Math.max(1, history.compactedRevision() + 1);
        long to = history.currentRevision();
        if (from <= to) {
            long revision = from + random.nextLong(to - from + 1);
            history.compact(revision);
            hub.compacted(revision);
        }
    }

    private void installSnapshot() {
        for (int i = random.nextInt(5); i >= 0; i--) {
            history.write(transaction());
        }
        history.publish(history.written());
        hub.reset();
    }

    private void create(Client client) {
        if (client.watches.size() >= config.maxWatchesPerStream() || hub.watchers() >= config.maxWatches()) {
            return;
        }
        String key = KEYS[random.nextInt(KEYS.length)];
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setPrevKv(random.nextInt(3) == 0)
                .setFragment(random.nextInt(4) == 0)
                .setProgressNotify(random.nextBoolean());
        if (random.nextBoolean()) {
            request.setRangeEnd(ByteString.copyFromUtf8(random.nextBoolean() ? "\0" : key + "z"));
        }
        if (random.nextInt(4) == 0) {
            request.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
        }
        long current = history.currentRevision();
        long start =
                switch (random.nextInt(4)) {
                    case 0 -> 1 + random.nextLong(current);
                    case 1 -> current + 1 + random.nextInt(8);
                    case 2 -> Math.max(1, current - random.nextInt(3));
                    default -> 0;
                };
        request.setStartRevision(start);
        client.wire.create(request);
        WatchCreateRequest remembered =
                request.setStartRevision(start == 0 ? current + 1 : start).build();
        client.watches.add(new Watch(client.nextId++, remembered, start));
    }

    private void cancel(Client client) {
        if (!client.watches.isEmpty()) {
            Watch watch = client.watches.get(random.nextInt(client.watches.size()));
            watch.canceled = true;
            client.wire.stream().cancel(watch.id);
        }
    }

    private void checkBounds() {
        for (Client client : clients) {
            if (client.wire.stream() != null) {
                long answers = 200 * 96L;
                assertThat(client.wire.stream().pendingBytes())
                        .isLessThan(config.maxStreamBytes() + 3 * 4 * 1024 + answers);
            }
        }
    }

    private void check(Client client) {
        if (!client.open) {
            return;
        }
        for (Watch watch : client.watches) {
            List<WatchResponse> responses = client.wire.received().stream()
                    .filter(response -> response.getWatchId() == watch.id || response.getWatchId() == -1)
                    .toList();
            new WatchChecker(history, watch).check(responses);
        }
    }

    private void closeAll() {
        for (Client client : clients) {
            onLane(client, () -> client.wire.stream().close());
        }
        turns.runAll();
        assertThat(hub.watchers()).isZero();
        assertThat(hub.streams()).isZero();
        assertThat(hub.slowWatchers()).isZero();
        assertThat(hub.pendingBytes()).isZero();
    }

    /** The promises of one watch, checked against the history. */
    private record WatchChecker(ModelHistory history, Watch watch) {

        void check(List<WatchResponse> responses) {
            boolean created = false;
            boolean ended = false;
            long compacted = 0;
            long bookmark = 0;
            long covered = 0;
            List<Event> events = new ArrayList<>();
            for (WatchResponse response : responses) {
                if (response.getWatchId() == -1) {
                    if (created && !ended) {
                        bookmark = bookmark(response, events);
                    }
                    continue;
                }
                assertThat(ended).as("nothing follows the end").isFalse();
                if (response.getCreated()) {
                    assertThat(created).isFalse();
                    created = true;
                    continue;
                }
                assertThat(created).as("created comes first").isTrue();
                if (response.getCanceled()) {
                    ended = !watch.canceled || response.getCompactRevision() == 0;
                    compacted = Math.max(compacted, response.getCompactRevision());
                    continue;
                }
                if (response.getEventsCount() == 0) {
                    bookmark = bookmark(response, events);
                    continue;
                }
                long first = response.getEvents(0).getKv().getModRevision();
                assertThat(first).as("after what was announced").isGreaterThan(Math.max(bookmark, covered));
                covered = response.getHeader().getRevision();
                events.addAll(response.getEventsList());
                assertThat(covered).isGreaterThanOrEqualTo(lastRevision(events));
            }
            assertThat(created).isTrue();
            List<Change> wanted = wanted();
            if (watch.canceled || compacted != 0) {
                assertThat(events.size()).isLessThanOrEqualTo(wanted.size());
                wanted = wanted.subList(0, events.size());
            }
            assertSame(events, wanted);
            if (compacted != 0 && !watch.canceled) {
                assertThat(lastRevision(events)).isLessThan(compacted);
                assertThat(watch.request.getStartRevision()).isLessThan(compacted);
            }
        }

        /** Whoever hears a bookmark has everything up to it. */
        private long bookmark(WatchResponse response, List<Event> events) {
            long revision = response.getHeader().getRevision();
            assertThat(revision).isGreaterThanOrEqualTo(watch.askedStart);
            long expected = wanted().stream()
                    .filter(change -> change.revision().main() <= revision)
                    .count();
            assertThat(events).as("complete up to the bookmark " + revision).hasSize((int) expected);
            return revision;
        }

        private static long lastRevision(List<Event> events) {
            return events.isEmpty() ? 0 : events.get(events.size() - 1).getKv().getModRevision();
        }

        private List<Change> wanted() {
            KeyRange range = KeyRange.fromRequest(watch.request.getKey(), watch.request.getRangeEnd());
            return history.all().stream()
                    .filter(change -> change.revision().main() >= watch.request.getStartRevision())
                    .filter(change -> change.revision().main() <= history.currentRevision())
                    .filter(change -> range.contains(change.key()))
                    .filter(change -> !watch.request
                            .getFiltersList()
                            .contains(change.tombstone() ? FilterType.NODELETE : FilterType.NOPUT))
                    .toList();
        }

        private void assertSame(List<Event> events, List<Change> changes) {
            assertThat(events).as("watch " + watch.id + " " + watch.request).hasSameSizeAs(changes);
            for (int i = 0; i < changes.size(); i++) {
                assertSame(events.get(i), changes.get(i));
            }
        }

        private void assertSame(Event event, Change change) {
            Key key = Key.of(event.getKv().getKey());
            assertThat(key).isEqualTo(change.key());
            assertThat(event.getKv().getModRevision())
                    .isEqualTo(change.revision().main());
            assertThat(event.getType() == Event.EventType.DELETE).isEqualTo(change.tombstone());
            if (!change.tombstone()) {
                assertThat(event.getKv().toByteArray()).isEqualTo(change.keyValue());
            }
            byte[] before = history.valueAt(change.key(), change.revision().main() - 1);
            KeyValue previous = event.hasPrevKv() ? event.getPrevKv() : null;
            if (!watch.request.getPrevKv() || before == null) {
                assertThat(previous).isNull();
            } else if (previous == null) {
                assertThat(change.revision().main() - 1).isLessThan(history.compactedRevision());
            } else {
                assertThat(previous.toByteArray()).isEqualTo(before);
            }
        }
    }
}
