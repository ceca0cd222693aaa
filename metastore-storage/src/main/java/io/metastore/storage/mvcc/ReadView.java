package io.metastore.storage.mvcc;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The key space at one moment: what a transaction's compares and reads look at. */
public interface ReadView {

    /** The store's revision at that moment, for headers. */
    long revision();

    /** The version of {@code key} alive at that moment, null if none is. */
    @Nullable
    Head head(Key key);

    /** Offers the live versions in key order until {@code more} says false; true if it never did. */
    boolean forEachHead(KeyRange range, Predicate<Head> more);

    /**
     * Answers a query; a query without a revision is about this moment.
     *
     * @throws io.metastore.api.EtcdException COMPACTED or FUTURE_REVISION
     */
    RangeResult range(RangeQuery query);
}
