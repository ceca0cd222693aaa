package io.metastore.storage.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.storage.engine.MemoryEngine;
import io.metastore.storage.mvcc.Change;
import io.metastore.storage.mvcc.Key;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.MvccConfig;
import io.metastore.storage.mvcc.MvccStore;
import io.metastore.storage.mvcc.WriteTxn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** A hub over a real store; the test is the apply thread. */
final class StoreHub implements AutoCloseable {
    final MvccStore store = MvccStore.open(new MemoryEngine(), MvccConfig.DEFAULT);
    final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    final WatchHub hub;

    StoreHub(WatchConfig config, Executor catchUp) {
        store.compactor().start();
        hub = new WatchHub(WatchHistory.of(store), config, catchUp, fatal::add);
    }

    /** One published transaction, in the words {@code "put a 1, del b"}. */
    List<Change> write(String operations) {
        List<Change> changes = writeUnseen(operations);
        hub.published(store.currentRevision(), changes);
        return changes;
    }

    /** As if it had come by snapshot: in the store, and the hub was told nothing. */
    List<Change> writeUnseen(String operations) {
        WriteTxn writer = store.writer();
        writer.begin();
        for (String operation : operations.split(", ", -1)) {
            String[] words = operation.split(" ", -1);
            if (words[0].equals("put")) {
                writer.put(Key.of(words[1]), ByteString.copyFromUtf8(words[2]), 0);
            } else {
                writer.deleteRange(KeyRange.ofKey(Key.of(words[1])), null);
            }
        }
        writer.end();
        return new ArrayList<>(writer.commit());
    }

    /** Compacts and erases. */
    void compact(long revision) {
        WriteTxn writer = store.writer();
        writer.begin();
        writer.compact(revision);
        writer.end();
        writer.commit();
        hub.compacted(revision);
        store.compactor().erased(revision).join();
    }

    @Override
    public void close() {
        hub.close();
        store.close();
    }

    void assertHealthy() {
        assertThat(fatal).isEmpty();
    }
}
