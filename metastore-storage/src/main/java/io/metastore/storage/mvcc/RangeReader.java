package io.metastore.storage.mvcc;

import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses, orders and cuts what a query asks for, in etcd's order: count, cut by key where no other order or filter was
 * asked for, filter, sort, cut. A sort target without an order sorts ascending, but after that first cut.
 */
final class RangeReader {
    private static final int KVS = 2;
    private static final int MORE = 3;
    private static final int COUNT = 4;

    private final RangeQuery query;
    private final HeadSource source;
    private final @Nullable History history;
    private final long maxBytes;
    private long bytes;

    /**
     * @param history where heads can be found again, null if they can't yet
     * @param maxBytes of keys and values that may be held at once
     */
    RangeReader(RangeQuery query, HeadSource source, @Nullable History history, long maxBytes) {
        this.maxBytes = maxBytes;
        this.query = query;
        this.source = source;
        this.history = history;
    }

    /** @param storeRevision what the header will say */
    RangeResult read(long storeRevision) {
        if (query.countOnly()) {
            long count = source.count(query.range());
            return new RangeResult(
                    storeRevision, new BodyBuilder(0).varint(COUNT, count).build(), 0, count, false);
        }
        if (query.range().isSingleKey()) {
            return readOne(storeRevision);
        }
        if (query.isKeyOrdered() && !query.isFiltered()) {
            return readInKeyOrder(storeRevision, false);
        }
        if (query.order() == SortOrder.DESCEND && query.target() == SortTarget.KEY && !query.isFiltered()) {
            return readInKeyOrder(storeRevision, true);
        }
        return readAll(storeRevision);
    }

    private RangeResult readOne(long storeRevision) {
        Head head = source.head(query.range().start());
        if (head == null) {
            return new RangeResult(storeRevision, ResponseBody.EMPTY, 0, 0, false);
        }
        if (!passesFilter(head)) {
            return new RangeResult(
                    storeRevision, new BodyBuilder(0).varint(COUNT, 1).build(), 0, 1, false);
        }
        if (query.keysOnly()) {
            return result(storeRevision, List.of(head), 1, false);
        }
        return new RangeResult(storeRevision, SingleBody.of(head.full()), 1, 1, false);
    }

    private RangeResult readInKeyOrder(long storeRevision, boolean reverse) {
        if (query.target() != SortTarget.KEY) {
            return readSortedCut(storeRevision);
        }
        BodyBuilder body = new BodyBuilder();
        int found = 0;
        boolean more = false;
        try (HeadSource.Heads heads = source.heads(query.range(), reverse)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                if (query.limit() > 0 && found == query.limit()) {
                    more = true;
                    break;
                }
                found++;
                Head full = head.full();
                hold(query.keysOnly() ? full.metaLength() : full.keyValueLength());
                append(body, full, query);
            }
        }
        long count = more ? source.count(query.range()) : found;
        body.bool(MORE, more).varint(COUNT, count);
        return new RangeResult(storeRevision, body.build(), found, count, more);
    }

    /** A sort target without an order: what lies first in key order, one more than the limit, is sorted and then cut. */
    private RangeResult readSortedCut(long storeRevision) {
        List<Head> found = new ArrayList<>();
        boolean more = false;
        try (HeadSource.Heads heads = source.heads(query.range(), false)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                found.add(head);
                hold(head.keyValueLength());
                if (query.limit() > 0 && found.size() > query.limit()) {
                    more = true;
                    break;
                }
            }
        }
        long count = more ? source.count(query.range()) : found.size();
        found.sort(order(query));
        return result(storeRevision, more ? found.subList(0, found.size() - 1) : found, count, more);
    }

    private RangeResult readAll(long storeRevision) {
        // Of many that will be dropped only the numbers are kept.
        History slimmer = query.limit() > 0 && query.target() != SortTarget.VALUE ? history : null;
        List<Head> found = new ArrayList<>();
        long count = 0;
        try (HeadSource.Heads heads = source.heads(query.range(), false)) {
            for (Head head = heads.next(); head != null; head = heads.next()) {
                count++;
                if (passesFilter(head)) {
                    found.add(slimmer == null ? head : head.slim(slimmer));
                    if (slimmer == null) {
                        hold(head.keyValueLength());
                    }
                }
            }
        }
        if (query.order() != SortOrder.NONE || query.target() != SortTarget.KEY) {
            found.sort(order(query));
        }
        boolean more = query.limit() > 0 && found.size() > query.limit();
        return result(storeRevision, more ? found.subList(0, (int) query.limit()) : found, count, more);
    }

    private void hold(int more) {
        bytes += more;
        if (bytes > maxBytes) {
            throw new ResponseTooLargeException(bytes, maxBytes);
        }
    }

    private boolean passesFilter(Head head) {
        return isWithin(head.modRevision(), query.minModRevision(), query.maxModRevision())
                && isWithin(head.createRevision(), query.minCreateRevision(), query.maxCreateRevision());
    }

    private static boolean isWithin(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }

    /** Equal ones stay in ascending key order, also when descending: sorting is stable, and the input has that order. */
    static Comparator<Head> order(RangeQuery query) {
        Comparator<Head> ascending =
                switch (query.target()) {
                    case KEY, UNRECOGNIZED -> Comparator.comparing(Head::key);
                    case VERSION -> Comparator.comparingLong(Head::version);
                    case CREATE -> Comparator.comparingLong(Head::createRevision);
                    case MOD -> Comparator.comparingLong(Head::modRevision);
                    case VALUE -> Head::compareValue;
                };
        return query.order() == SortOrder.DESCEND ? ascending.reversed() : ascending;
    }

    private RangeResult result(long storeRevision, List<Head> heads, long count, boolean more) {
        BodyBuilder body = new BodyBuilder(heads.size());
        for (Head head : heads) {
            if (!head.isFull()) {
                hold(head.keyValueLength());
            }
            append(body, head.full(), query);
        }
        body.bool(MORE, more).varint(COUNT, count);
        return new RangeResult(storeRevision, body.build(), heads.size(), count, more);
    }

    /** Keys only means without value, and without lease unless the values had to be read for sorting. */
    static void append(BodyBuilder body, Head head, RangeQuery query) {
        if (!query.keysOnly()) {
            body.message(KVS, head);
        } else if (query.target() == SortTarget.VALUE && head.lease() != 0) {
            body.message(KVS, head.keyValueWithoutValue());
        } else {
            // A copy: the value need not stay for the sake of its key.
            int end = head.offset() + head.metaLength();
            body.message(KVS, Arrays.copyOfRange(head.buffer(), head.offset(), end));
        }
    }
}
