package io.metastore.storage.watch;

import java.util.List;

/**
 * What the catch-up thread found for one watcher.
 *
 * @param next where the watcher goes on once it took all blocks
 * @param compactRevision not 0 if the watcher wanted what is gone
 */
record Delivery(Watcher watcher, List<EventBlock> blocks, long next, long compactRevision) {

    static Delivery found(Watcher watcher, List<EventBlock> blocks, long next) {
        return new Delivery(watcher, blocks, next, 0);
    }

    static Delivery compacted(Watcher watcher, long compactRevision) {
        return new Delivery(watcher, List.of(), 0, compactRevision);
    }

    boolean isCompacted() {
        return compactRevision != 0;
    }
}
