package io.metastore.storage.watch;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/**
 * Random writes, compactions, snapshots, slow clients and cancels, with the threads' turns in random order: each watcher
 * receives exactly what history has for it, in order, once, revisions whole.
 */
class WatchHubPropertyTest {

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void everyWatcherReceivesItsHistory(@ForAll long seed) {
        new RandomHub(seed, WatchConfig.tiny()).run(150);
    }

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void everyWatcherReceivesItsHistoryInLongRuns(@ForAll long seed) {
        new RandomHub(seed, WatchConfig.tiny()).run(2000);
    }

    @Property(tries = 80, shrinking = ShrinkingMode.OFF)
    void everyWatcherReceivesItsHistoryWithRoomyLimits(@ForAll long seed) {
        new RandomHub(seed, WatchConfig.forHeap(1L << 30)).run(150);
    }

    @Tag("slow")
    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    void everyWatcherReceivesItsHistoryHoweverOftenItIsTried(@ForAll long seed) {
        new RandomHub(seed, WatchConfig.tiny()).run(200);
    }
}
