package io.metastore.storage.watch;

import static io.metastore.storage.watch.HubFixture.everything;
import static io.metastore.storage.watch.HubFixture.key;
import static io.metastore.storage.watch.HubFixture.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What etcd once got wrong, over a real store. */
@Timeout(60)
class WatchRegressionTest {
    private final Turns turns = new Turns();
    private final StoreHub store = new StoreHub(WatchConfig.forHeap(1L << 30), turns.executor());
    private final Executor lane = turns.executor();
    private final FakeClient client = new FakeClient(lane).connect(store.hub);

    @AfterEach
    void stop() {
        store.close();
    }

    private List<String> news() {
        turns.runAll();
        store.assertHealthy();
        return lines(client.news());
    }

    @Test
    @DisplayName("etcd#15220: progress never overtakes the events it covers")
    void progressFollowsTheEventsItCovers() {
        client.create(everything().setStartRevision(2));
        news();
        client.stopsReading();
        for (int i = 0; i < 100; i++) {
            store.write("put a " + i);
            client.stream().requestProgress();
        }
        client.reads(Long.MAX_VALUE);
        news();

        long covered = 1;
        for (var response : client.received()) {
            if (response.getWatchId() == -1) {
                assertThat(response.getHeader().getRevision()).isEqualTo(covered);
            } else if (response.getEventsCount() > 0) {
                covered = response.getEvents(response.getEventsCount() - 1)
                        .getKv()
                        .getModRevision();
            }
        }
        assertThat(covered).isEqualTo(101);
    }

    @Test
    @DisplayName("etcd#15271, #20221: a watch of the future hears nothing earlier, over a snapshot either")
    void aWatchOfTheFutureHearsNothingEarlier() {
        client.create(everything().setStartRevision(6).setProgressNotify(true));
        assertThat(news()).containsExactly("0 h 1 created");
        store.writeUnseen("put a 1");
        store.writeUnseen("put a 2");
        store.hub.reset();
        client.stream().progressTick();
        client.stream().requestProgress();
        store.write("put a 3");
        client.stream().progressTick();
        client.stream().requestProgress();
        assertThat(news()).isEmpty();

        store.writeUnseen("put a 4");
        store.writeUnseen("put a 5");
        store.writeUnseen("put a 6");
        store.hub.reset();
        assertThat(news()).containsExactly("0 h 7: PUT a@6=5, PUT a@7=6");
    }

    @Test
    @DisplayName("etcd#17529: a stream that is starved loses nothing")
    void aStarvedStreamLosesNothing() {
        client.stopsReading();
        for (int i = 0; i < 20; i++) {
            client.create(key("a"));
        }
        for (int i = 0; i < 2000; i++) {
            store.write("put a " + "v".repeat(2000));
            if (i % 10 == 0) {
                client.reads(1);
                turns.runAll();
            }
        }
        client.reads(Long.MAX_VALUE);
        news();

        for (int id = 0; id < 20; id++) {
            assertThat(client.eventsOf(id)).hasSize(2000);
        }
    }

    @Test
    @DisplayName("etcd#18089, #19179: a deletion at the compact revision is told to who starts there")
    void aDeletionAtTheCompactRevisionIsTold() {
        store.write("put a 1");
        store.write("put b 1");
        store.write("del a");
        store.compact(4);
        client.create(key("a").setStartRevision(4));
        assertThat(news()).containsExactly("0 h 4 created", "0 h 4: DELETE a@4");

        store.write("put b 2");
        store.compact(5);
        client.create(key("a").setStartRevision(5));
        assertThat(news()).containsExactly("1 h 5 created");
    }

    @Test
    @DisplayName("a deletion at the compact revision is told to who was behind, too")
    void aDeletionAtTheCompactRevisionIsToldToWhoWasBehind() {
        client.create(key("a"));
        news();
        store.writeUnseen("put a 1");
        store.writeUnseen("del a");
        store.hub.reset();
        turns.runAll();
        store.compact(3);
        assertThat(news()).containsExactly("0 h 3: PUT a@2=1, DELETE a@3");

        store.writeUnseen("put a 1");
        store.writeUnseen("del a");
        store.compact(5);
        store.hub.reset();
        assertThat(news()).containsExactly("0 h 0 canceled compact_revision 5");
    }

    @Test
    @DisplayName("the worked vectors 11, 18, 19 and 22")
    void theWorkedVectors() {
        client.create(everything());
        store.write("put a 1");
        store.write("put a 2");
        store.write("del a");
        store.write("put a 3");
        turns.runAll();
        client.news();
        store.write("put b 1, put c 1, del a");
        assertThat(news()).containsExactly("0 h 6: PUT b@6=1, PUT c@6=1, DELETE a@6");

        store.compact(4);
        client.create(everything().setStartRevision(3));
        assertThat(news()).containsExactly("1 h 6 created", "1 h 0 canceled compact_revision 4");
        client.create(everything().setStartRevision(4).setPrevKv(true));
        assertThat(news())
                .containsExactly(
                        "2 h 6 created", "2 h 6: DELETE a@4, PUT a@5=3, PUT b@6=1, PUT c@6=1, DELETE a@6 (was 3)");

        store.write("put d 1, put e 1");
        store.write("del d, del e");
        assertThat(news()).contains("0 h 8: PUT d@7=1, PUT e@7=1, DELETE d@8, DELETE e@8");
    }
}
