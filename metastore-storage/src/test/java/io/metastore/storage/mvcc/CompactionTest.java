package io.metastore.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.Bucket;
import io.metastore.storage.engine.Cursor;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.MemoryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompactionTest {
    private final KvEngine engine = new MemoryEngine();
    private StoreFixture store = new StoreFixture(engine);

    @Test
    void keepsTheNewestRecordOfEachKeyAndNoTombstoneBelowTheMark() {
        store.put("a", "1"); // 2
        store.put("a", "2"); // 3
        store.put("b", "1"); // 4
        store.delete("b"); // 5
        store.put("c", "1"); // 6
        store.put("a", "3"); // 7
        store.compact(6);
        assertThat(revisions()).hasSize(6);
        store.erase();

        assertThat(revisions()).containsExactly("3.0", "6.0", "7.0");
        assertThat(keys()).containsExactly("a", "c");
    }

    @Test
    void keepsATombstoneAtTheMarkUntilTheNextTime() {
        store.put("a", "1"); // 2
        store.delete("a"); // 3
        store.put("b", "1"); // 4
        store.compact(3);
        store.erase();
        assertThat(revisions()).containsExactly("3.0t", "4.0");
        assertThat(keys()).containsExactly("a", "b");

        store.compact(4);
        store.erase();
        assertThat(revisions()).containsExactly("4.0");
        assertThat(keys()).containsExactly("b");
    }

    @Test
    void aKeyPutAgainAfterItsTombstoneStays() {
        store.put("a", "1"); // 2
        store.delete("a"); // 3
        store.put("a", "2"); // 4
        store.put("b", "1"); // 5
        store.compact(5);
        store.erase();

        assertThat(revisions()).containsExactly("4.0", "5.0");
        assertThat(keys()).containsExactly("a", "b");
        assertThat(store.get("a", 0).getKvs(0).getVersion()).isEqualTo(1);
    }

    @Test
    void aKeyPutWhileItsTombstoneIsBeingErasedStays() {
        store.put("a", "1"); // 2
        store.delete("a"); // 3
        store.put("b", "1"); // 4
        store.compact(4);
        WriteTxn txn = store.mvcc.writer();
        txn.begin();
        txn.put(Key.of("a"), ByteString.copyFromUtf8("2"), 0);
        txn.end();
        store.erase();
        txn.commit();

        assertThat(store.get("a", 0).getKvs(0).getValue().toStringUtf8()).isEqualTo("2");
        assertThat(keys()).containsExactly("a", "b");
        store.compact(5);
        store.erase();
        assertThat(revisions()).containsExactly("4.0", "5.0");
    }

    @Test
    void bytesInUseFallToWhatIsLeftAndAllocatedOnesOnlyByDefragmentation() {
        assertThat(store.mvcc.dbSize().allocated()).isLessThan(50 << 10);
        store.put("b", "1");
        long small = store.mvcc.dbSize().inUse();
        for (int i = 0; i < 100; i++) {
            store.put("a", "x".repeat(1000));
        }
        store.delete("a");
        store.put("b", "2");
        long full = store.mvcc.dbSize().allocated();
        assertThat(full).isGreaterThan(small + 100_000);
        assertThat(store.mvcc.dbSize().inUse()).isEqualTo(full);

        store.compact(store.mvcc.currentRevision());
        store.erase();
        assertThat(store.mvcc.dbSize().inUse()).isEqualTo(small);
        assertThat(store.mvcc.dbSize().allocated()).isEqualTo(full);

        store.reopen();
        assertThat(store.mvcc.dbSize().inUse()).isEqualTo(small);
        assertThat(store.mvcc.dbSize().allocated()).isEqualTo(full);
        store.mvcc.defragment();
        assertThat(store.mvcc.dbSize().allocated()).isEqualTo(small);
        store.reopen();
        assertThat(store.mvcc.dbSize().allocated()).isEqualTo(small);
    }

    @Test
    void goesOnAfterARestartAndCountsNothingTwice() {
        for (int i = 0; i < 100; i++) {
            store.put("k" + i % 10, "v");
        }
        long all = store.mvcc.dbSize().inUse();
        long one = (all - new StoreFixture(new MemoryEngine()).mvcc.dbSize().inUse()) / 100;
        store.compact(store.mvcc.currentRevision());
        Erasure cutShort = new Erasure(store.mvcc, new Compactor.Job(-1, 101, false));
        assertThat(cutShort.slice()).isFalse();
        assertThat(cutShort.slice()).isFalse();
        store.reopen();
        assertThat(store.mvcc.compactedRevision()).isEqualTo(101);
        assertThat(store.mvcc.compactor().erased(101)).isNotDone();
        store.erase();

        assertThat(store.mvcc.compactor().erased(101)).isDone();
        assertThat(revisions()).hasSize(10);
        assertThat(store.mvcc.dbSize().inUse()).isBetween(all - 91 * one, all - 89 * one);
        store.reopen();
        assertThat(store.mvcc.compactor().erased(101)).isDone();
    }

    @Test
    void theCurrentRevisionSurvivesTheErasingOfEverything() {
        store.put("a", "1");
        store.delete("a");
        store.put("b", "1");
        store.delete("b");
        store.compact(5);
        store.erase();
        store.reopen();
        assertThat(store.mvcc.currentRevision()).isEqualTo(5);
        assertThat(revisions()).containsExactly("5.0t");
    }

    @Test
    void theThreadErasesAndStops() throws Exception {
        store.mvcc.compactor().start();
        for (int i = 0; i < 50; i++) {
            store.put("a", "" + i);
        }
        store.compact(30);
        CompletableFuture<Void> first = store.mvcc.compactor().erased(30);
        store.compact(51);
        CompletableFuture<Void> second = store.mvcc.compactor().erased(51);
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        assertThat(revisions()).containsExactly("51.0");
        assertThat(store.hash(30)).endsWith(" -1 30");
        assertThat(store.hash(51)).endsWith(" 30 51");

        store.mvcc.close();
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .doesNotContain("compact");
    }

    @Test
    void closingCancelsWhoWaits() {
        store = new StoreFixture(engine, MvccConfig.DEFAULT.withCompaction(1, Duration.ofMinutes(5)));
        store.mvcc.compactor().start();
        for (int i = 0; i < 50; i++) {
            store.put("a", "" + i);
        }
        store.compact(51);
        CompletableFuture<Void> erased = store.mvcc.compactor().erased(51);
        store.mvcc.close();
        assertThat(erased).isCompletedExceptionally();
    }

    private List<String> revisions() {
        List<String> revisions = new ArrayList<>();
        try (HistoryCursor cursor = store.mvcc.history().walk(0, 0, Long.MAX_VALUE)) {
            while (cursor.next()) {
                Entry entry = cursor.record();
                assertThat(entry.isAt(cursor.main(), cursor.sub())).isTrue();
                revisions.add(entry.revision() + (entry.tombstone() ? "t" : ""));
            }
        }
        return revisions;
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        try (Cursor cursor = engine.cursor(Bucket.KV, null, null)) {
            while (cursor.next()) {
                keys.add(Key.of(cursor.key()).toString());
            }
        }
        return keys;
    }
}
