package io.metastore.storage.mvcc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The published key space at one revision. What it reads may be ahead of that revision, never behind: newer records are
 * followed back. It takes no engine snapshot, so whoever made it has to check afterwards that the compact mark hasn't
 * passed the revision.
 */
final class PublishedView implements ReadView, HeadSource {
    private final MvccStore store;
    private final long storeRevision;
    private final long revision;

    /**
     * @param storeRevision published when the read began
     * @param revision what to read, at most that
     */
    PublishedView(MvccStore store, long storeRevision, long revision) {
        this.store = store;
        this.storeRevision = storeRevision;
        this.revision = revision;
    }

    @Override
    public long revision() {
        return storeRevision;
    }

    @Override
    public @Nullable Head head(Key key) {
        Head newest = store.keys().newest(key);
        if (newest == null) {
            return null;
        }
        if (newest.modRevision() <= revision) {
            return newest.isTombstone() ? null : newest;
        }
        return store.history().aliveAt(newest, revision);
    }

    @Override
    public boolean forEachHead(KeyRange range, Predicate<Head> more) {
        if (range.isSingleKey()) {
            Head head = head(range.start());
            return head == null || more.test(head);
        }
        try (Heads heads = heads(range, false)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                if (!more.test(head)) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public RangeResult range(RangeQuery query) {
        if (query.revision() <= 0 || query.revision() == revision) {
            return new RangeReader(query, this, store.history(), store.config().maxReadBytes()).read(storeRevision);
        }
        if (query.revision() > storeRevision) {
            throw new EtcdException(EtcdError.FUTURE_REVISION);
        }
        store.checkNotCompacted(query.revision());
        PublishedView older = new PublishedView(store, storeRevision, query.revision());
        RangeResult result =
                new RangeReader(query, older, store.history(), store.config().maxReadBytes()).read(storeRevision);
        store.checkNotCompacted(query.revision());
        return result;
    }

    @Override
    public Heads heads(KeyRange range, boolean reverse) {
        CurrentKeys.Scan scan = store.keys().scan(range, reverse);
        return new Heads() {
            @Override
            public @Nullable Head next() {
                while (scan.next()) {
                    Head head = store.history().aliveAt(scan.head(), revision);
                    if (head != null) {
                        return head;
                    }
                }
                return null;
            }

            @Override
            public void close() {
                scan.close();
            }
        };
    }

    @Override
    public long count(KeyRange range) {
        if (range.isSingleKey()) {
            return head(range.start()) == null ? 0 : 1;
        }
        return store.counts().count(range, revision, this::scanCount);
    }

    private long scanCount(KeyRange range) {
        long count = 0;
        try (CurrentKeys.Scan scan = store.keys().scan(range, false)) {
            while (scan.next()) {
                if (store.history().isAliveAt(scan.record(), revision)) {
                    count++;
                }
            }
        }
        return count;
    }
}
