package io.metastore.storage.state;

import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.Compare.CompareResult;
import io.metastore.api.rpc.Compare.CompareTarget;
import io.metastore.storage.mvcc.Head;
import io.metastore.storage.mvcc.KeyRange;
import io.metastore.storage.mvcc.ReadView;
import java.util.List;

/** Do the compares of a transaction hold? Any thread; the answer depends on the view alone. */
final class Compares {

    private Compares() {}

    static boolean allHold(List<Compare> compares, ReadView view) {
        for (Compare compare : compares) {
            if (!holds(compare, view)) {
                return false;
            }
        }
        return true;
    }

    /** It must hold for every key of its range. */
    private static boolean holds(Compare compare, ReadView view) {
        KeyRange range = KeyRange.fromRequest(compare.getKey(), compare.getRangeEnd());
        if (range.isSingleKey()) {
            Head head = view.head(range.start());
            return head == null ? holdsForNoKey(compare) : holds(compare, head);
        }
        boolean[] any = new boolean[1];
        boolean all = range.isEmpty()
                || view.forEachHead(range, head -> {
                    any[0] = true;
                    return holds(compare, head);
                });
        return any[0] ? all : holdsForNoKey(compare);
    }

    /** A key that isn't there has zeros for its numbers, but no value: nothing can be said of that. */
    private static boolean holdsForNoKey(Compare compare) {
        return compare.getTarget() != CompareTarget.VALUE && resultHolds(compare, compareNumbers(compare, 0, 0, 0, 0));
    }

    private static boolean holds(Compare compare, Head head) {
        if (compare.getTarget() == CompareTarget.VALUE) {
            // An operand of another kind than the target reads as empty.
            return resultHolds(compare, head.compareValue(compare.getValue()));
        }
        return resultHolds(
                compare,
                compareNumbers(compare, head.version(), head.createRevision(), head.modRevision(), head.lease()));
    }

    /** An operand of another kind than the target reads as 0, and a target nobody knows is taken for equal. */
    private static int compareNumbers(
            Compare compare, long version, long createRevision, long modRevision, long lease) {
        return switch (compare.getTarget()) {
            case VERSION -> Long.compare(version, compare.getVersion());
            case CREATE -> Long.compare(createRevision, compare.getCreateRevision());
            case MOD -> Long.compare(modRevision, compare.getModRevision());
            case LEASE -> Long.compare(lease, compare.getLease());
            case VALUE, UNRECOGNIZED -> 0;
        };
    }

    /** A relation nobody knows holds. */
    private static boolean resultHolds(Compare compare, int result) {
        CompareResult wanted = compare.getResult();
        return switch (wanted) {
            case EQUAL -> result == 0;
            case NOT_EQUAL -> result != 0;
            case GREATER -> result > 0;
            case LESS -> result < 0;
            case UNRECOGNIZED -> true;
        };
    }
}
