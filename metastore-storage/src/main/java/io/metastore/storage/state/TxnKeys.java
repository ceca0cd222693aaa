package io.metastore.storage.state;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.storage.mvcc.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The keys that a list of operations puts and the intervals it deletes, gathered to refuse a list that changes a key
 * twice. The rule is etcd's, to the letter: it looks at a level's own deletes first, then at its nested transactions in
 * their order, then at its own puts; so a put in a nested transaction does not collide with the delete of a later sibling,
 * but does with that of an earlier one.
 */
final class TxnKeys {
    private final Set<Key> puts = new HashSet<>();
    private final Intervals deletes = new Intervals();

    private TxnKeys() {}

    static void check(TxnRequest txn) {
        if (txn.getSuccessCount() > 1 || hasNested(txn.getSuccessList())) {
            of(txn.getSuccessList());
        }
        if (txn.getFailureCount() > 1 || hasNested(txn.getFailureList())) {
            of(txn.getFailureList());
        }
    }

    private static boolean hasNested(List<RequestOp> ops) {
        return ops.size() == 1 && ops.get(0).hasRequestTxn();
    }

    private static TxnKeys of(List<RequestOp> ops) {
        TxnKeys keys = new TxnKeys();
        for (RequestOp op : ops) {
            if (op.hasRequestDeleteRange()) {
                keys.deletes.add(op.getRequestDeleteRange());
            }
        }
        for (RequestOp op : ops) {
            if (op.hasRequestTxn()) {
                keys.addNested(op.getRequestTxn());
            }
        }
        for (RequestOp op : ops) {
            if (op.hasRequestPut()) {
                keys.addPut(op.getRequestPut());
            }
        }
        return keys;
    }

    private void addNested(TxnRequest txn) {
        TxnKeys success = of(txn.getSuccessList());
        TxnKeys failure = of(txn.getFailureList());
        // Only one of the two lists will run, so that they may put the same key.
        List<Key> nested = new ArrayList<>(success.puts);
        for (Key key : failure.puts) {
            if (!success.puts.contains(key)) {
                nested.add(key);
            }
        }
        nested.forEach(this::addPut);
        deletes.addAll(success.deletes);
        deletes.addAll(failure.deletes);
    }

    private void addPut(PutRequest put) {
        addPut(Key.of(put.getKey()));
    }

    private void addPut(Key key) {
        if (deletes.contain(key) || !puts.add(key)) {
            throw EtcdError.DUPLICATE_KEY.exception();
        }
    }

    /** A union of key intervals. */
    private static final class Intervals {
        // From start to end, neither overlapping nor touching.
        private final TreeMap<Key, Key> ends = new TreeMap<>();

        /**
         * Takes a range_end literally, as etcd does here and nowhere else: a zero byte is not "to the last key" but an end
         * before all keys, which makes the interval empty.
         */
        void add(DeleteRangeRequest delete) {
            Key start = Key.of(delete.getKey());
            ByteString end = delete.getRangeEnd();
            add(start, end.isEmpty() ? start.successor() : Key.of(end));
        }

        void addAll(Intervals that) {
            that.ends.forEach(this::add);
        }

        boolean contain(Key key) {
            Map.Entry<Key, Key> before = ends.floorEntry(key);
            return before != null && key.compareTo(before.getValue()) < 0;
        }

        private void add(Key start, Key end) {
            if (start.compareTo(end) >= 0) {
                return;
            }
            Key from = start;
            Key to = end;
            Map.Entry<Key, Key> neighbour = ends.floorEntry(to);
            while (neighbour != null && neighbour.getValue().compareTo(from) >= 0) {
                ends.remove(neighbour.getKey());
                from = min(from, neighbour.getKey());
                to = max(to, neighbour.getValue());
                neighbour = ends.floorEntry(to);
            }
            ends.put(from, to);
        }

        private static Key min(Key a, Key b) {
            return a.compareTo(b) <= 0 ? a : b;
        }

        private static Key max(Key a, Key b) {
            return a.compareTo(b) >= 0 ? a : b;
        }
    }
}
