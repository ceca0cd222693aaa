package io.metastore.storage.watch;

import static io.metastore.storage.watch.HubFixture.everything;
import static io.metastore.storage.watch.HubFixture.key;
import static io.metastore.storage.watch.HubFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who does not read costs little, delays nobody, and misses nothing. */
@Timeout(60)
class SlowReaderTest {
    private static final int WRITES = 20_000;

    private final WatchConfig config =
            new WatchConfig(100_000, 10_000, 64 << 10, 256 << 10, 16L << 20, 32 << 10, 1 << 20, 64 << 10);
    private final HubFixture store = new HubFixture(config);

    @Test
    void aReaderThatStopsIsBoundedInMemoryAndCompleteWhenItReadsAgain() {
        FakeClient slow = store.client().stopsReading();
        slow.create(everything());
        long most = 0;
        for (int i = 0; i < WRITES; i++) {
            store.writeBatch("put key" + i % 10 + " " + "v".repeat(100));
            if (i % 50 == 0) {
                store.settle();
            }
            most = Math.max(most, slow.stream().pendingBytes());
        }
        store.settle();
        assertThat(most).isGreaterThan(32 << 10).isLessThan(256 << 10);
        assertThat(store.hub.slowWatchers()).isEqualTo(1);

        slow.reads(Long.MAX_VALUE);
        store.settle();

        List<Long> revisions = slow.eventsOf(0).stream()
                .map(event -> event.getKv().getModRevision())
                .toList();
        assertThat(revisions).isEqualTo(LongStream.range(2, WRITES + 2).boxed().toList());
        assertThat(store.hub.slowWatchers()).isZero();
        assertThat(store.hub.pendingBytes()).isZero();
    }

    @Test
    void oneReaderThatNeverReadsDoesNotDelayAThousandOthers() {
        FakeClient stuck = store.client().stopsReading();
        stuck.create(everything());
        List<FakeClient> healthy = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            FakeClient client = store.client();
            client.create(key("a"));
            healthy.add(client);
        }
        store.settle();
        for (int i = 0; i < 200; i++) {
            store.write("put a " + "v".repeat(1000));
            for (FakeClient client : healthy) {
                assertThat(client.received()).as("told at once").hasSize(i + 2);
            }
        }
        assertThat(stuck.received()).isEmpty();
        assertThat(stuck.stream().pendingBytes()).isLessThan(256 << 10);
    }

    @Test
    void aSlowReaderOfManyWatchesHoldsSharedEventsOnce() {
        FakeClient slow = store.client().stopsReading();
        for (int i = 0; i < 1000; i++) {
            slow.create(key("a"));
        }
        store.write("put a " + "v".repeat(20_000));

        assertThat(store.hub.slowWatchers()).isZero();
        assertThat(store.hub.pendingBytes()).isLessThan(100_000);
    }

    @Test
    void aRevisionLargerThanTheBoundsStillArrives() {
        FakeClient slow = store.client().stopsReading();
        slow.create(everything());
        String large = "v".repeat(500 << 10);
        store.write("put a 1");
        store.write("put b " + large + ", put c " + large);
        store.write("put d 1");
        store.settle();
        assertThat(slow.stream().pendingBytes()).isLessThan(10_000);

        slow.reads(Long.MAX_VALUE);
        store.settle();
        assertThat(slow.received().stream().map(response -> response.getEventsCount()))
                .containsExactly(0, 1, 2, 1);
    }

    @Test
    void aRevisionThatDoesNotFitIsNotReadAgainAndAgain() {
        FakeClient slow = store.client().stopsReading();
        slow.create(everything());
        store.write("put a 1");
        store.write("put b " + "v".repeat(300 << 10));
        store.settle(); // comes to rest

        assertThat(store.turns.waiting()).isZero();
    }

    @Test
    void compactionOvertakesAReaderThatStopped() {
        FakeClient slow = store.client().stopsReading();
        slow.create(everything());
        for (int i = 0; i < 2000; i++) {
            store.write("put a " + "v".repeat(1000));
        }
        store.compact(1900);
        slow.reads(Long.MAX_VALUE);
        store.settle();

        List<String> told = lines(slow.received());
        assertThat(told.get(told.size() - 1)).isEqualTo("0 h 0 canceled compact_revision 1900");
        assertThat(slow.eventsOf(0).size()).isBetween(30, 100);
    }

    @Test
    void aLaneThatIsStuckDoesNotFillTheHeap() {
        FakeClient client = store.client();
        client.create(everything());
        store.settle();
        for (int i = 0; i < 5000; i++) {
            store.writeBatch("put a " + "v".repeat(1000)); // 5 MB, the inbox takes 1 MB, the lane has no turn
        }
        store.settle();

        assertThat(client.eventsOf(0)).hasSize(5000);
    }

    @Test
    void manyThatFellBehindShareTheReading() {
        List<FakeClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            FakeClient client = store.client();
            client.create(everything());
            clients.add(client);
        }
        for (int i = 0; i < 3000; i++) {
            store.history.write("put a 1");
        }
        store.install("put a 2");
        store.settle();

        assertThat(clients).allSatisfy(client -> assertThat(client.eventsOf(0)).hasSize(3001));
        assertThat(store.history.readings()).isLessThan(10);
    }
}
