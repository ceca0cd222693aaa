package io.metastore.storage.watch;

import static io.metastore.storage.watch.HubFixture.everything;
import static io.metastore.storage.watch.HubFixture.key;
import static io.metastore.storage.watch.HubFixture.lines;
import static io.metastore.storage.watch.HubFixture.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.rpc.WatchCreateRequest.FilterType;
import io.metastore.api.rpc.WatchResponse;
import io.metastore.storage.mvcc.KeyRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients of a watch see, row by row. */
@Timeout(60)
class WatchHubTest {
    private final HubFixture store = new HubFixture(WatchConfig.forHeap(1L << 30));
    private final FakeClient client = store.client();

    private List<String> news() {
        store.settle();
        return lines(client.news());
    }

    // ---- create

    @Test
    void aWatchFromNowSeesWhatFollowsItsCreation() {
        store.write("put a 0");
        client.create(key("a"));
        store.write("put a 1");
        store.write("put b 1");
        store.write("del a");

        assertThat(news()).containsExactly("0 h 2 created", "0 h 3: PUT a@3=1", "0 h 5: DELETE a@5");
    }

    @Test
    void idsCountFromZeroAndSkipThoseInUse() {
        client.create(key("a").setWatchId(1));
        client.create(key("a"));
        client.create(key("a"));
        client.create(key("a").setWatchId(-7));

        assertThat(news()).containsExactly("1 h 1 created", "0 h 1 created", "2 h 1 created", "-7 h 1 created");
    }

    @Test
    void anIdInUseIsRefusedAndTheStreamGoesOn() {
        client.create(key("a").setWatchId(5));
        client.create(key("b").setWatchId(5));
        store.write("put a 1, put b 1");

        assertThat(news())
                .containsExactly(
                        "5 h 1 created",
                        "-1 h 1 created canceled 'mvcc: duplicate watch ID provided on the WatchStream'",
                        "5 h 2: PUT a@2=1");
    }

    @Test
    void anIdMayBeUsedAgainAfterCancel() {
        client.create(key("a").setWatchId(5));
        client.stream().cancel(5);
        client.create(key("b").setWatchId(5));
        store.write("put a 1, put b 1");

        assertThat(news()).containsExactly("5 h 1 created", "5 h 1 canceled", "5 h 1 created", "5 h 2: PUT b@2=1");
    }

    @Test
    void anEmptyRangeIsRefused() {
        client.create(range("b", "a"));
        client.create(range("b", "b"));

        String refused = "-1 h 1 created canceled 'mvcc: watcher range is empty'";
        assertThat(news()).containsExactly(refused, refused);
    }

    @Test
    void aNegativeStartIsRefused() {
        client.create(key("a").setStartRevision(-1));

        assertThat(news())
                .containsExactly("-1 h 1 created canceled 'etcdserver: mvcc: required revision has been compacted'");
    }

    @Test
    void aForbiddenRangeIsRefusedWithTheGuardsReason() {
        FakeClient guarded = new FakeClient(store.lane).connect(store.hub, range -> range.isSingleKey() ? null : "no");
        guarded.create(key("a"));
        guarded.create(everything());
        store.settle();

        assertThat(lines(guarded.news())).containsExactly("0 h 1 created", "-1 h 1 created canceled 'no'");
    }

    @Test
    void anEmptyKeyWithAnOpenEndIsEverything() {
        client.create(range("", "\0"));
        store.write("put a 1");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1");
    }

    @Test
    void anEmptyKeyAloneIsTheSmallestKey() {
        client.create(key(""));
        store.write("put a 1, put \0 1");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT \0@2=1");
    }

    @Test
    void historyComesBeforeWhatIsLive() {
        store.write("put a 1");
        store.write("put b 1");
        store.write("put a 2");
        client.create(key("a").setStartRevision(2));
        store.write("put a 3");

        assertThat(news()).containsExactly("0 h 4 created", "0 h 4: PUT a@2=1, PUT a@4=2", "0 h 5: PUT a@5=3");
    }

    @Test
    void aSecondWatchOfTheSamePastSeesWhatCameBetween() {
        store.write("put a 1");
        client.create(key("a").setStartRevision(2));
        store.settle();
        store.write("put a 2");
        client.create(key("a").setStartRevision(2));
        store.settle();

        assertThat(client.eventsOf(0)).hasSize(2);
        assertThat(client.eventsOf(1)).hasSize(2);
    }

    @Test
    void aFutureStartPassesByWhatComesBefore() {
        client.create(everything().setStartRevision(4));
        store.write("put a 1");
        store.write("put a 2");
        store.write("put a 3");
        store.write("put a 4");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 4: PUT a@4=3", "0 h 5: PUT a@5=4");
    }

    @Test
    void aFutureStartInsideABatchGetsItsEnd() {
        client.create(everything());
        client.create(everything().setStartRevision(4));
        store.writeBatch("put a 1", "put a 2", "put a 3", "put a 4");
        store.settle();

        assertThat(lines(client.news()))
                .containsExactlyInAnyOrder(
                        "0 h 1 created",
                        "1 h 1 created",
                        "0 h 5: PUT a@2=1, PUT a@3=2, PUT a@4=3, PUT a@5=4",
                        "1 h 5: PUT a@4=3, PUT a@5=4");
    }

    @Test
    void aFutureStartStaysSilentOverASnapshotBelowIt() {
        client.create(everything().setStartRevision(6));
        store.install("put a 1", "put a 2");
        store.settle();
        client.stream().requestProgress();
        store.write("put a 3");
        store.write("put a 4");
        store.write("put a 5");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 6: PUT a@6=5");
    }

    // ---- delivery

    @Test
    void allEventsOfOneRevisionComeTogetherInOrder() {
        store.write("put a 1");
        client.create(everything());
        store.write("put b 1, put c 1, del a");

        assertThat(news()).containsExactly("0 h 2 created", "0 h 3: PUT b@3=1, PUT c@3=1, DELETE a@3");
    }

    @Test
    void allRevisionsOfOneBatchComeInOneResponse() {
        client.create(key("a"));
        store.writeBatch("put a 1", "put b 1", "put a 2", "put b 2");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 4: PUT a@2=1, PUT a@4=2");
    }

    @Test
    void filtersDropTheirKind() {
        client.create(everything().addFilters(FilterType.NOPUT));
        client.create(everything().addFilters(FilterType.NODELETE));
        client.create(everything().addFilters(FilterType.NODELETE).addFilters(FilterType.NOPUT));
        client.create(everything().addFiltersValue(99));
        store.write("put a 1");
        store.write("del a");
        store.settle();

        assertThat(lines(client.news()).stream().filter(line -> line.contains(":")))
                .containsExactlyInAnyOrder(
                        "1 h 2: PUT a@2=1", "3 h 2: PUT a@2=1", "0 h 3: DELETE a@3", "3 h 3: DELETE a@3");
    }

    @Test
    void previousValuesComeIfAskedForAndNotForCreations() {
        client.create(everything().setPrevKv(true));
        client.create(everything());
        store.write("put a 1");
        store.write("put a 2");
        store.write("del a");
        store.write("put a 3");
        store.settle();

        List<WatchResponse> news = client.news();
        assertThat(lines(news.stream()
                        .filter(response -> response.getWatchId() == 0)
                        .toList()))
                .containsExactly(
                        "0 h 1 created",
                        "0 h 2: PUT a@2=1",
                        "0 h 3: PUT a@3=2 (was 1)",
                        "0 h 4: DELETE a@4 (was 2)",
                        "0 h 5: PUT a@5=3");
        assertThat(lines(news.stream()
                        .filter(response -> response.getWatchId() == 1)
                        .toList()))
                .doesNotContain("(was");
    }

    @Test
    void aKeyPutAndDeletedInOneRevisionGivesBothEvents() {
        client.create(key("a").setPrevKv(true));
        store.write("put a 1, del a");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1, DELETE a@2");
    }

    @Test
    void manyWatchesOfOneRangeAllGetTheEvents() {
        for (int i = 0; i < 10; i++) {
            client.create(range("a", "b"));
        }
        store.writeBatch("put a 1", "put ab 1", "put b 1");
        store.settle();

        for (int id = 0; id < 10; id++) {
            assertThat(client.eventsOf(id)).hasSize(2);
        }
    }

    @Test
    void aLongHistoryComesInPartsOfWholeRevisions() {
        for (int i = 0; i < 2500; i++) {
            store.history.write("put a 1, put b 2");
        }
        store.install("put c 1");
        client.create(everything().setStartRevision(2));
        store.settle();

        assertThat(client.eventsOf(0)).hasSize(5001);
        List<WatchResponse> parts = client.news().stream()
                .filter(response -> response.getEventsCount() > 0)
                .toList();
        assertThat(parts).hasSize(3).allSatisfy(part -> assertThat(part.getEventsCount())
                .isLessThanOrEqualTo(2000));
        assertThat(parts.get(0).getHeader().getRevision()).isEqualTo(1001);
        assertThat(parts.get(2).getHeader().getRevision()).isEqualTo(2502);
    }

    @Test
    void largeEventsOfSeveralRevisionsComeInSeveralResponses() {
        String large = "x".repeat(400 << 10);
        client.create(everything());
        store.writeBatch("put a " + large, "put b " + large, "put c " + large, "put d " + large);
        store.settle();

        assertThat(client.news().stream().map(WatchResponse::getEventsCount)).containsExactly(0, 2, 2);
    }

    @Test
    void aLargeRevisionComesWhole() {
        String large = "x".repeat(600 << 10);
        client.create(everything());
        store.writeBatch("put a 1", "put b " + large + ", put c " + large + ", put d " + large, "put e 1");
        store.settle();

        assertThat(client.news().stream().map(WatchResponse::getEventsCount)).containsExactly(0, 1, 3, 1);
    }

    // ---- cancel

    @Test
    void aCanceledWatchHearsNothingMore() {
        client.create(key("a"));
        store.write("put a 1");
        store.settle();
        client.stream().cancel(0);
        store.write("put a 2");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1", "0 h 2 canceled");
    }

    @Test
    void anUnknownIdIsIgnored() {
        client.stream().cancel(7);

        assertThat(news()).isEmpty();
    }

    @Test
    void aClosedStreamFreesItsWatches() {
        client.create(key("a"));
        client.create(everything().setStartRevision(1));
        client.news();
        client.stream().close();
        store.write("put a 1");

        assertThat(news()).isEmpty();
        assertThat(store.hub.watchers()).isZero();
        assertThat(store.hub.streams()).isZero();
        assertThat(store.hub.slowWatchers()).isZero();
    }

    // ---- compaction

    @Test
    void aStartBelowTheCompactRevisionIsCreatedThenCanceled() {
        store.write("put a 1");
        store.write("put a 2");
        store.write("put a 3");
        store.compact(4);
        client.create(everything().setStartRevision(3));

        assertThat(news()).containsExactly("0 h 4 created", "0 h 0 canceled compact_revision 4");
    }

    @Test
    void aStartAtTheCompactRevisionIsServed() {
        store.write("put a 1");
        store.write("put a 2");
        store.write("del a");
        store.compact(4);
        client.create(everything().setStartRevision(4));

        assertThat(news()).containsExactly("0 h 4 created", "0 h 4: DELETE a@4");
    }

    @Test
    void theWorkedVectorOfAWatchAtTheCompactRevision() {
        store.write("put a 1");
        store.write("put a 2");
        store.write("del a");
        store.write("put a 3");
        store.write("put b 1, put c 1, del a");
        store.compact(4);
        client.create(everything().setStartRevision(4).setPrevKv(true));

        assertThat(news())
                .containsExactly(
                        "0 h 6 created", "0 h 6: DELETE a@4, PUT a@5=3, PUT b@6=1, PUT c@6=1, DELETE a@6 (was 3)");
    }

    @Test
    void whatAWatchWasToldBeforeTheCompactionIsNoPreviousValueAfterIt() {
        client.create(everything().setPrevKv(true));
        store.write("put a 1");
        store.write("put a 2");
        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1", "0 h 3: PUT a@3=2 (was 1)");
        store.compact(3);
        client.create(everything().setStartRevision(3).setPrevKv(true));

        assertThat(news()).containsExactly("1 h 3 created", "1 h 3: PUT a@3=2");
    }

    @Test
    void aWatchThatFollowsIsNotTouchedByCompaction() {
        client.create(everything());
        store.write("put a 1");
        store.settle();
        store.compact(2);
        store.write("put a 2");

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1", "0 h 3: PUT a@3=2");
    }

    @Test
    void compactionOvertakesAWatchThatIsBehind() {
        client.create(everything());
        store.settle();
        store.install("put a 1", "put a 2", "put a 3");
        store.compact(3);

        assertThat(news()).containsExactly("0 h 1 created", "0 h 0 canceled compact_revision 3");
    }

    @Test
    void aCompactedWatchKeepsItsIdUntilItIsCanceled() {
        store.write("put a 1");
        store.compact(2);
        client.create(everything().setStartRevision(1).setWatchId(3));
        client.create(everything().setWatchId(3));
        client.stream().cancel(3);
        client.create(everything().setWatchId(3));

        assertThat(news())
                .containsExactly(
                        "3 h 2 created",
                        "3 h 0 canceled compact_revision 2",
                        "-1 h 2 created canceled 'mvcc: duplicate watch ID provided on the WatchStream'",
                        "3 h 2 canceled",
                        "3 h 2 created");
    }

    // ---- snapshot

    @Test
    void watchesGoOnOverASnapshotWithoutLoss() {
        client.create(key("a"));
        store.write("put a 1");
        store.install("put a 2", "put b 1", "put a 3");
        store.write("put a 4");
        store.settle();

        assertThat(client.eventsOf(0))
                .extracting(event -> event.getKv().getModRevision())
                .containsExactly(2L, 3L, 5L, 6L);
    }

    // ---- progress

    @Test
    void manualProgressAnswersForAllWatchesOfTheStream() {
        client.create(key("a"));
        client.create(key("b"));
        store.write("put c 1");
        client.stream().requestProgress();

        assertThat(news()).containsExactly("0 h 1 created", "1 h 1 created", "-1 h 2");
    }

    @Test
    void manualProgressAnswersRightAfterAWatchFromNow() {
        store.write("put a 1");
        client.create(key("a"));
        client.stream().requestProgress();

        assertThat(news()).containsExactly("0 h 2 created", "-1 h 2");
    }

    @Test
    void manualProgressComesAfterTheEventsItCovers() {
        client.create(key("a"));
        store.write("put a 1");
        client.stream().requestProgress();

        assertThat(news()).containsExactly("0 h 1 created", "0 h 2: PUT a@2=1", "-1 h 2");
    }

    @Test
    void manualProgressWithoutWatchesIsDropped() {
        client.stream().requestProgress();

        assertThat(news()).isEmpty();
    }

    @Test
    void manualProgressIsDroppedWhileAWatchIsBehind() {
        store.install("put a 1", "put a 2");
        store.settle();
        client.create(key("a"));
        client.create(key("a").setStartRevision(2));
        client.stream().requestProgress();
        assertThat(news()).noneMatch(line -> line.startsWith("-1"));

        client.stream().requestProgress();
        assertThat(news()).containsExactly("-1 h 3");
    }

    @Test
    void manualProgressIsDroppedBeforeAFutureStart() {
        client.create(key("a").setStartRevision(3));
        store.write("put b 1");
        client.stream().requestProgress();
        assertThat(news()).containsExactly("0 h 1 created");

        store.write("put b 1");
        client.stream().requestProgress();
        assertThat(news()).containsExactly("-1 h 3");
    }

    @Test
    void aCompactedWatchBlocksManualProgressUntilItIsCanceled() {
        store.write("put a 1");
        store.compact(2);
        client.create(key("a").setStartRevision(1));
        client.create(key("a"));
        client.stream().requestProgress();
        assertThat(news()).noneMatch(line -> line.startsWith("-1"));

        client.stream().cancel(0);
        client.stream().requestProgress();
        assertThat(news()).containsExactly("0 h 2 canceled", "-1 h 2");
    }

    @Test
    void manualProgressWaitsForABatchThatReadersSeeAlready() {
        client.create(key("a"));
        store.settle();
        var changes = store.history.write("put a 1");
        store.history.publish(2);
        client.stream().requestProgress();
        assertThat(news()).containsExactly("0 h 1 created");

        store.hub.published(2, changes);
        assertThat(news()).containsExactly("0 h 2: PUT a@2=1", "-1 h 2");
    }

    @Test
    void periodicProgressGoesToQuietWatchesThatAskedForIt() {
        client.create(key("a").setProgressNotify(true));
        client.create(key("b").setProgressNotify(true));
        client.create(key("c"));
        store.write("put b 1");
        client.stream().progressTick();
        assertThat(news())
                .containsExactly("0 h 1 created", "1 h 1 created", "2 h 1 created", "1 h 2: PUT b@2=1", "0 h 2");

        client.stream().progressTick();
        assertThat(news()).containsExactlyInAnyOrder("0 h 2", "1 h 2");
    }

    @Test
    void periodicProgressWaitsForAFutureStart() {
        client.create(key("a").setStartRevision(3).setProgressNotify(true));
        store.write("put b 1");
        client.stream().progressTick();
        assertThat(news()).containsExactly("0 h 1 created");

        store.write("put b 2");
        client.stream().progressTick();
        assertThat(news()).containsExactly("0 h 3");
    }

    @Test
    void periodicProgressIsNotForWatchesThatAreBehind() {
        store.install("put a 1");
        client.create(key("a").setStartRevision(2).setProgressNotify(true));
        client.stream().progressTick();

        assertThat(news()).containsExactly("0 h 2 created", "0 h 2: PUT a@2=1");
    }

    // ---- limits

    @Test
    void aStreamMayNotHaveTooManyWatches() {
        HubFixture small = new HubFixture(WatchConfig.tiny());
        FakeClient greedy = small.client();
        for (int i = 0; i < 51; i++) {
            greedy.create(key("a"));
        }
        small.settle();

        assertThat(lines(greedy.news()).get(50))
                .isEqualTo("-1 h 1 created canceled 'too many watches on this stream: the limit is 50'");
        greedy.stream().cancel(0);
        greedy.create(key("a"));
        small.settle();
        assertThat(lines(greedy.news())).containsExactly("0 h 1 canceled", "50 h 1 created");
    }

    @Test
    void aMemberMayNotHaveTooManyWatches() {
        HubFixture small = new HubFixture(WatchConfig.tiny());
        FakeClient last = null;
        for (int i = 0; i < 3; i++) {
            last = small.client();
            for (int k = 0; k < 40; k++) {
                last.create(key("a"));
            }
        }
        small.settle();

        assertThat(small.hub.watchers()).isEqualTo(100);
        assertThat(lines(last.news()).get(39))
                .isEqualTo("-1 h 1 created canceled 'too many watches on this member: the limit is 100'");
    }

    @Test
    void aClientThatTakesNoAnswersIsNotAskedForMoreRequests() {
        client.stopsReading();
        for (int i = 0; i < 1_000; i++) {
            assertThat(client.stream().acceptsRequests()).isTrue();
            client.create(range("b", "a"));
        }
        assertThat(client.stream().acceptsRequests()).isFalse();

        client.reads(1);
        store.settle();
        assertThat(client.stream().acceptsRequests()).isTrue();
    }

    @Test
    void watchesWhoseRangeIsLostEndAndSayWhy() {
        Set<String> lost = new HashSet<>();
        WatchGuard guard = new WatchGuard() {
            @Override
            public String refusal(KeyRange range) {
                return null;
            }

            @Override
            public String lost(KeyRange range) {
                return lost.contains(range.start().toString()) ? "no longer yours" : null;
            }
        };
        FakeClient guarded = new FakeClient(store.lane).connect(store.hub, guard);
        guarded.create(key("a"));
        guarded.create(key("b"));
        store.settle();
        guarded.news();
        guarded.stream().recheck();
        assertThat(guarded.news()).isEmpty();

        lost.add("a");
        guarded.stream().recheck();
        store.write("put a 1, put b 1");

        assertThat(lines(guarded.news())).containsExactly("0 h 1 canceled 'no longer yours'", "1 h 2: PUT b@2=1");
        guarded.stream().recheck();
        guarded.stream().cancel(0);
        store.settle();
        assertThat(guarded.news()).as("it is gone").isEmpty();
    }
}
