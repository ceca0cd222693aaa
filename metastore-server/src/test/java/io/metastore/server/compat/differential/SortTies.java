package io.metastore.server.compat.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.KeyValue;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RangeRequest.SortOrder;
import io.metastore.api.rpc.RangeRequest.SortTarget;
import io.metastore.api.rpc.RangeResponse;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.api.rpc.TxnResponse;
import io.metastore.server.compat.differential.KnownDifference.Pair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Brings the keys of a sorted answer into one order where the sort leaves it open: within a group of equal sort values,
 * by key. Of the last group, when the limit cut it, only how many keys came and with what sort value is kept. An answer that
 * is not sorted as asked is left as it is.
 */
final class SortTies {

    /** Up to here Go sorts by insertion, which is stable. */
    private static final int STABLE_UP_TO = 12;

    private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

    private SortTies() {}

    static Pair level(Message request, Pair pair) {
        if (request instanceof RangeRequest range
                && pair.first() instanceof RangeResponse a
                && pair.second() instanceof RangeResponse b) {
            return new Pair(level(range, a), level(range, b));
        }
        if (request instanceof TxnRequest txn
                && pair.first() instanceof TxnResponse a
                && pair.second() instanceof TxnResponse b) {
            return new Pair(level(txn, a), level(txn, b));
        }
        return pair;
    }

    private static TxnResponse level(TxnRequest txn, TxnResponse response) {
        List<RequestOp> ops = response.getSucceeded() ? txn.getSuccessList() : txn.getFailureList();
        TxnResponse.Builder levelled = response.toBuilder();
        for (int i = 0; i < Math.min(ops.size(), response.getResponsesCount()); i++) {
            var op = levelled.getResponsesBuilder(i);
            if (ops.get(i).hasRequestRange() && op.hasResponseRange()) {
                op.setResponseRange(level(ops.get(i).getRequestRange(), op.getResponseRange()));
            } else if (ops.get(i).hasRequestTxn() && op.hasResponseTxn()) {
                op.setResponseTxn(level(ops.get(i).getRequestTxn(), op.getResponseTxn()));
            }
        }
        return levelled.build();
    }

    private static RangeResponse level(RangeRequest range, RangeResponse response) {
        if (range.getSortTarget() == SortTarget.KEY || response.getCount() <= STABLE_UP_TO) {
            return response;
        }
        List<KeyValue> kvs = response.getKvsList();
        boolean valuesAreBlank = range.getSortTarget() == SortTarget.VALUE && range.getKeysOnly();
        if (!valuesAreBlank && !isSorted(range, kvs)) {
            return response;
        }
        List<KeyValue> levelled = new ArrayList<>();
        int from = 0;
        while (from < kvs.size()) {
            int to = from + 1;
            while (to < kvs.size() && (valuesAreBlank || sameGroup(range, kvs.get(from), kvs.get(to)))) {
                to++;
            }
            boolean cut = to == kvs.size() && response.getMore();
            group(range, kvs.subList(from, to), cut, levelled);
            from = to;
        }
        return response.toBuilder().clearKvs().addAllKvs(levelled).build();
    }

    private static void group(RangeRequest range, List<KeyValue> group, boolean cut, List<KeyValue> levelled) {
        if (!cut) {
            group.stream().sorted(Comparator.comparing(KeyValue::getKey, BYTES)).forEach(levelled::add);
            return;
        }
        group.forEach(kv -> levelled.add(onlySortValue(range.getSortTarget(), kv)));
    }

    private static KeyValue onlySortValue(SortTarget target, KeyValue kv) {
        KeyValue.Builder kept = KeyValue.newBuilder();
        switch (target) {
            case VERSION -> kept.setVersion(kv.getVersion());
            case CREATE -> kept.setCreateRevision(kv.getCreateRevision());
            case MOD -> kept.setModRevision(kv.getModRevision());
            case VALUE -> kept.setValue(kv.getValue());
            case KEY, UNRECOGNIZED -> kept.setKey(kv.getKey());
        }
        return kept.build();
    }

    private static boolean isSorted(RangeRequest range, List<KeyValue> kvs) {
        int sign = range.getSortOrder() == SortOrder.DESCEND ? -1 : 1;
        for (int i = 1; i < kvs.size(); i++) {
            if (sign * compare(range.getSortTarget(), kvs.get(i - 1), kvs.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static int compare(SortTarget target, KeyValue a, KeyValue b) {
        return switch (target) {
            case VERSION -> Long.compare(a.getVersion(), b.getVersion());
            case CREATE -> Long.compare(a.getCreateRevision(), b.getCreateRevision());
            case MOD -> Long.compare(a.getModRevision(), b.getModRevision());
            case VALUE -> BYTES.compare(a.getValue(), b.getValue());
            case KEY, UNRECOGNIZED -> BYTES.compare(a.getKey(), b.getKey());
        };
    }

    private static boolean sameGroup(RangeRequest range, KeyValue a, KeyValue b) {
        return Objects.equals(onlySortValue(range.getSortTarget(), a), onlySortValue(range.getSortTarget(), b));
    }
}
