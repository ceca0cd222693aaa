package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.LinearizabilityChecker.Verdict;
import io.metastore.server.process.history.Violation.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The calls on keys that were used as registers, key by key, each history searched for a linearization. What became of a
 * change that was not answered is taken from the event log: there it happened, or it never did.
 *
 * @param searched how many histories
 * @param undecided how many of them were given up
 * @param calls how many calls are in them
 */
public record RegisterHistories(int searched, int undecided, int calls, List<Violation> violations) {

    /** One search in so many may be given up; more, and the run has not shown what it should. */
    private static final int DECIDED_OF_ONE_UNDECIDED = 100;

    public static RegisterHistories check(List<Call> calls, EventLog log, String prefix, Duration boundOfOne) {
        Map<ByteString, List<Call>> byKey = byKey(calls, log, ByteString.copyFromUtf8(prefix));
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        List<Violation> violations = new ArrayList<>();
        byKey.forEach((key, history) -> {
            Verdict verdict = LinearizabilityChecker.check(key, history, boundOfOne);
            verdicts.merge(verdict, 1, Integer::sum);
            if (verdict == Verdict.NOT_LINEARIZABLE) {
                violations.add(new Violation(
                        Rule.REGISTER_IS_LINEARIZABLE,
                        "no order explains the %d calls on %s".formatted(history.size(), key.toStringUtf8())));
            }
        });
        int undecided = verdicts.getOrDefault(Verdict.UNDECIDED, 0);
        if (undecided * DECIDED_OF_ONE_UNDECIDED > byKey.size()) {
            violations.add(new Violation(
                    Rule.LINEARIZABILITY_IS_DECIDED, "%d of %d registers".formatted(undecided, byKey.size())));
        }
        int inThem = byKey.values().stream().mapToInt(List::size).sum();
        return new RegisterHistories(byKey.size(), undecided, inThem, violations);
    }

    static Map<ByteString, List<Call>> byKey(List<Call> calls, EventLog log, ByteString prefix) {
        Set<String> happened = happened(log);
        Map<ByteString, List<Call>> byKey = new HashMap<>();
        for (Call call : calls) {
            boolean counts =
                    call.outcome() == Outcome.OK || (call.outcome() == Outcome.UNKNOWN && happened.contains(call.id()));
            if (counts && !call.isSerializable()) {
                keyOf(call.request(), prefix).ifPresent(key -> byKey.computeIfAbsent(key, any -> new ArrayList<>())
                        .add(call));
            }
        }
        return byKey;
    }

    private static Set<String> happened(EventLog log) {
        Set<String> ids = new HashSet<>();
        log.byRevision().values().stream()
                .flatMap(List::stream)
                .filter(event -> event.getType() == Event.EventType.PUT)
                .forEach(event -> ids.add(RevisionChecker.idOf(event.getKv().getValue())));
        return ids;
    }

    private static Optional<ByteString> keyOf(Message request, ByteString prefix) {
        return keysOf(request).filter(key -> key.startsWith(prefix)).findFirst();
    }

    private static Stream<ByteString> keysOf(Message request) {
        if (request instanceof PutRequest put) {
            return Stream.of(put.getKey());
        }
        if (request instanceof RangeRequest range) {
            return Stream.of(range.getKey());
        }
        if (request instanceof TxnRequest txn) {
            return txn.getSuccessList().stream().map(RegisterHistories::keyOf);
        }
        return Stream.empty();
    }

    private static ByteString keyOf(RequestOp op) {
        return switch (op.getRequestCase()) {
            case REQUEST_PUT -> op.getRequestPut().getKey();
            case REQUEST_DELETE_RANGE -> op.getRequestDeleteRange().getKey();
            case REQUEST_RANGE -> op.getRequestRange().getKey();
            case REQUEST_TXN, REQUEST_NOT_SET -> ByteString.EMPTY;
        };
    }
}
