package io.metastore.storage.mvcc;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;

/**
 * What to read: which keys, at which revision (0 or less: now), and how to choose, order and cut them. Bounds of 0 are no
 * bounds, a limit of 0 or less is none.
 */
public record RangeQuery(
        KeyRange range,
        long revision,
        long limit,
        SortOrder order,
        SortTarget target,
        boolean keysOnly,
        boolean countOnly,
        long minModRevision,
        long maxModRevision,
        long minCreateRevision,
        long maxCreateRevision) {

    public RangeQuery {
        if (order == SortOrder.UNRECOGNIZED || target == SortTarget.UNRECOGNIZED) {
            throw new EtcdException(EtcdError.INVALID_SORT_OPTION);
        }
    }

    public static RangeQuery fromRequest(RangeRequest request) {
        return new RangeQuery(
                KeyRange.fromRequest(request.getKey(), request.getRangeEnd()),
                request.getRevision(),
                request.getLimit(),
                request.getSortOrder(),
                request.getSortTarget(),
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    /** Everything in the range, at a revision. */
    public static RangeQuery of(KeyRange range, long revision) {
        return new RangeQuery(range, revision, 0, SortOrder.NONE, SortTarget.KEY, false, false, 0, 0, 0, 0);
    }

    public RangeQuery atRevision(long newRevision) {
        return new RangeQuery(
                range,
                newRevision,
                limit,
                order,
                target,
                keysOnly,
                countOnly,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** Whether a page of it may be cut in key order, before anything is sorted. */
    public boolean isKeyOrdered() {
        return order == SortOrder.NONE || (order == SortOrder.ASCEND && target == SortTarget.KEY);
    }

    public boolean isFiltered() {
        return minModRevision != 0 || maxModRevision != 0 || minCreateRevision != 0 || maxCreateRevision != 0;
    }
}
