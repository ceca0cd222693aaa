package io.metastore.storage.mvcc;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key space at one revision as the open batch sees it: what is pending laid over what is published. Apply thread. */
final class PendingView implements HeadSource {
    private final MvccStore store;
    private final PendingKeys pending;
    private final long revision;

    PendingView(MvccStore store, PendingKeys pending, long revision) {
        this.store = store;
        this.pending = pending;
        this.revision = revision;
    }

    @Override
    public @Nullable Head head(Key key) {
        PendingKeys.Version version = pending.in(KeyRange.ofKey(key)).get(key);
        for (; version != null; version = version.older()) {
            if (version.head().modRevision() <= revision) {
                return version.head().isTombstone() ? null : version.head();
            }
        }
        Head newest = store.keys().newestForWriter(key);
        return newest == null ? null : store.history().aliveAt(newest, revision);
    }

    @Override
    public Heads heads(KeyRange range, boolean reverse) {
        Map<Key, PendingKeys.Version> overlay = reverse ? pending.in(range).descendingMap() : pending.in(range);
        return new Merge(store.keys().scan(range, reverse), overlay.values().iterator(), reverse);
    }

    @Override
    public long count(KeyRange range) {
        if (range.isSingleKey()) {
            return head(range.start()) == null ? 0 : 1;
        }
        long published = store.currentRevision();
        if (revision < published) {
            return new PublishedView(store, published, revision).count(range);
        }
        long count = new PublishedView(store, published, published).count(range);
        for (Map.Entry<Key, PendingKeys.Version> entry : pending.in(range).entrySet()) {
            int before = entry.getValue().wasAlive() ? 1 : 0;
            int after = head(entry.getKey()) == null ? 0 : 1;
            count += after - before;
        }
        return count;
    }

    /** Both in key order; where a key is in both, the pending versions lead back to the published ones. */
    private final class Merge implements Heads {
        private final CurrentKeys.Scan scan;
        private final Iterator<PendingKeys.Version> overlay;
        private final boolean reverse;
        private @Nullable Key published;
        private PendingKeys.@Nullable Version changed;

        Merge(CurrentKeys.Scan scan, Iterator<PendingKeys.Version> overlay, boolean reverse) {
            this.scan = scan;
            this.overlay = overlay;
            this.reverse = reverse;
            stepScan();
            stepOverlay();
        }

        @Override
        public @Nullable Head next() {
            while (published != null || changed != null) {
                Head head = step();
                if (head != null) {
                    return head;
                }
            }
            return null;
        }

        private @Nullable Head step() {
            Key key = published;
            PendingKeys.Version version = changed;
            int order = key == null
                    ? 1
                    : version == null ? -1 : key.compareTo(version.head().key());
            if (reverse && key != null && version != null) {
                order = -order;
            }
            if (order < 0 && key != null) {
                Head head = store.history().aliveAt(scan.head(), revision);
                stepScan();
                return head;
            }
            if (version == null) {
                throw new AssertionError("neither side has a key");
            }
            if (order == 0) {
                stepScan();
            }
            stepOverlay();
            return head(version.head().key());
        }

        private void stepScan() {
            published = scan.next() ? scan.key() : null;
        }

        private void stepOverlay() {
            changed = overlay.hasNext() ? overlay.next() : null;
        }

        @Override
        public void close() {
            scan.close();
        }
    }
}
