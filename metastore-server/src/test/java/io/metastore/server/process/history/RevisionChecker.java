package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.api.rpc.Event;
import io.metastore.api.rpc.ResponseHeader;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Are these calls strictly serializable, and is nothing lost, repeated or invented? Complete for that question, in
 * O(n log n), because the revision in each answer gives the order: it remains to see that each answer is true at its place
 * in the order, and that the order agrees with real time.
 *
 * <p>Values put by a call are its id, a dot, and anything.
 */
public final class RevisionChecker {

    private final List<Call> calls;
    private final EventLog log;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Call> byId = new HashMap<>();
    private final Map<String, Long> revisionOf = new HashMap<>();

    /** The revisions at which a lease ended that may. */
    private final Set<Long> leaseEnds = new HashSet<>();

    private RevisionChecker(List<Call> calls, EventLog log, Set<Long> mortalLeases) {
        this.calls = calls;
        this.log = log;
        LeaseChecker.endsOf(log).forEach((revision, lease) -> {
            if (mortalLeases.contains(lease)) {
                leaseEnds.add(revision);
            }
        });
        calls.forEach(call -> byId.put(call.id(), call));
    }

    public static List<Violation> check(List<Call> calls, EventLog log) {
        return check(calls, log, Set.of());
    }

    /** The same where leases may end, which deletes keys without a call. */
    public static List<Violation> check(List<Call> calls, EventLog log, Set<Long> mortalLeases) {
        RevisionChecker checker = new RevisionChecker(calls, log, mortalLeases);
        checker.checkGaps();
        checker.checkOwners();
        checker.checkAcknowledged();
        checker.checkAnswers();
        checker.checkRealTime();
        checker.checkSerializable();
        return checker.violations;
    }

    /** The id of the call that put this value. */
    static String idOf(ByteString value) {
        String text = value.toStringUtf8();
        int dot = text.indexOf('.');
        return dot < 0 ? text : text.substring(0, dot);
    }

    static long revisionOf(Message response) {
        var field = response.getDescriptorForType().findFieldByName("header");
        return ((ResponseHeader) response.getField(field)).getRevision();
    }

    private void checkGaps() {
        long expected = 2;
        for (long revision : log.byRevision().keySet()) {
            if (revision != expected) {
                found(Rule.REVISIONS_HAVE_NO_GAP, "revision %d follows %d".formatted(revision, expected - 1));
            }
            expected = revision + 1;
        }
    }

    private void checkOwners() {
        log.byRevision().forEach((revision, events) -> {
            @Nullable String owner = null;
            for (Event event : events) {
                if (event.getType() == Event.EventType.DELETE) {
                    continue;
                }
                String id = idOf(event.getKv().getValue());
                if (owner != null && !owner.equals(id)) {
                    found(
                            Rule.EVENT_BELONGS_TO_ONE_CALL,
                            "revision %d is of %s and of %s".formatted(revision, owner, id));
                }
                owner = id;
            }
            claim(revision, owner);
        });
    }

    private void claim(long revision, @Nullable String owner) {
        if (owner == null && leaseEnds.contains(revision)) {
            return;
        }
        Call call = owner == null ? null : byId.get(owner);
        if (call == null) {
            found(Rule.EVENT_BELONGS_TO_ONE_CALL, "revision %d is of no call (%s)".formatted(revision, owner));
            return;
        }
        Long before = revisionOf.putIfAbsent(call.id(), revision);
        if (before != null) {
            found(Rule.APPLIED_AT_MOST_ONCE, "%s is at revision %d and at %d".formatted(owner, before, revision));
        }
        if (call.outcome() == Outcome.FAILED) {
            found(Rule.REFUSED_HAS_NO_EFFECT, "%s was refused and is at revision %d".formatted(owner, revision));
        }
    }

    /** An acknowledged change is in the log; whether what it says of itself is true, {@link #checkAnswers} sees. */
    private void checkAcknowledged() {
        for (Call call : calls) {
            if (call.response() == null) {
                continue;
            }
            long revision = revisionOf(call.response());
            if (revision > log.lastRevision()) {
                found(
                        Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                        "%s was answered at revision %d and the last is %d"
                                .formatted(call.id(), revision, log.lastRevision()));
            }
        }
    }

    /** Replays the log; each change must be what its call asked for, and each answer true at its revision. */
    private void checkAnswers() {
        Map<Long, List<Call>> answeredAt = new TreeMap<>();
        for (Call call : calls) {
            if (call.response() != null && !revisionOf.containsKey(call.id())) {
                answeredAt
                        .computeIfAbsent(revisionOf(call.response()), revision -> new ArrayList<>())
                        .add(call);
            }
        }
        Map<Long, String> ownerAt = new HashMap<>();
        revisionOf.forEach((id, revision) -> ownerAt.put(revision, id));
        ModelStore model = new ModelStore();
        for (long revision = 1; revision <= log.lastRevision(); revision++) {
            String owner = ownerAt.get(revision);
            if (owner != null) {
                checkChange(model, byId.get(owner), revision);
            }
            model.follow(log.at(revision));
            for (Call call : answeredAt.getOrDefault(revision, List.of())) {
                checkAnswer(model, call);
            }
        }
    }

    private void checkChange(ModelStore before, Call call, long revision) {
        ModelStore.Effect effect = before.tryOut(call.request());
        List<Event> events = log.at(revision);
        if (!effect.events().equals(events)) {
            found(
                    Rule.EFFECT_IS_AS_REQUESTED,
                    "%s at revision %d did %s, should have done %s"
                            .formatted(call.id(), revision, brief(events), brief(effect.events())));
        }
        if (call.response() != null && !withoutIds(call.response()).equals(effect.response())) {
            found(
                    Rule.ANSWER_IS_TRUE,
                    "%s at revision %d was answered %s, should be %s"
                            .formatted(call.id(), revision, brief(call.response()), brief(effect.response())));
        }
    }

    /** Of a call that is not in the log: a read, or a txn that changed nothing. Or a change that was lost. */
    private void checkAnswer(ModelStore at, Call call) {
        ModelStore.Effect effect = at.tryOut(call.request());
        if (!effect.events().isEmpty()) {
            found(
                    Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                    "%s was answered %s and is not in the log".formatted(call.id(), brief(call.response())));
            return;
        }
        if (!withoutIds(call.response()).equals(effect.response())) {
            found(
                    Rule.ANSWER_IS_TRUE,
                    "%s was answered %s, should be %s"
                            .formatted(call.id(), brief(call.response()), brief(effect.response())));
        }
    }

    /**
     * What was answered before a call began comes before it, and what began after a call was answered is not in the answer:
     * with the truth of each answer at its revision, necessary and sufficient.
     */
    private void checkRealTime() {
        List<Call> answered = calls.stream()
                .filter(call -> call.response() != null)
                .sorted(Comparator.comparingLong(Call::invokedNanos))
                .toList();
        PriorityQueue<Call> open = new PriorityQueue<>(Comparator.comparingLong(Call::returnedNanos));
        long newestReturned = 0;
        for (Call call : answered) {
            while (!open.isEmpty() && open.peek().returnedNanos() < call.invokedNanos()) {
                newestReturned =
                        Math.max(newestReturned, revisionOf(open.remove().response()));
            }
            open.add(call);
            long revision = revisionOf(call.response());
            boolean change = revisionOf.containsKey(call.id());
            if (!call.isSerializable() && (change ? revision <= newestReturned : revision < newestReturned)) {
                found(
                        Rule.REAL_TIME_ORDER,
                        "%s began after an answer of revision %d, and was answered at %d"
                                .formatted(call.id(), newestReturned, revision));
            }
        }
        checkNothingFromTheFuture(answered);
    }

    private void checkNothingFromTheFuture(List<Call> answered) {
        TreeMap<Long, Long> latestInvocation = new TreeMap<>();
        TreeMap<Long, Long> invocations = new TreeMap<>();
        revisionOf.forEach(
                (id, revision) -> invocations.put(revision, byId.get(id).invokedNanos()));
        long latest = Long.MIN_VALUE;
        for (Map.Entry<Long, Long> each : invocations.entrySet()) {
            latest = Math.max(latest, each.getValue());
            latestInvocation.put(each.getKey(), latest);
        }
        for (Call call : answered) {
            var newest = latestInvocation.floorEntry(revisionOf(call.response()));
            if (newest != null && newest.getValue() > call.returnedNanos()) {
                found(
                        Rule.REAL_TIME_ORDER,
                        "%s was answered at revision %d, before a change at or below it had begun"
                                .formatted(call.id(), revisionOf(call.response())));
            }
        }
    }

    private void checkSerializable() {
        Map<Integer, List<Call>> byEpoch = new TreeMap<>();
        for (Call call : calls) {
            if (call.response() != null && call.isSerializable()) {
                byEpoch.computeIfAbsent(call.epoch(), epoch -> new ArrayList<>())
                        .add(call);
            }
        }
        byEpoch.values().forEach(this::checkSerializable);
    }

    private void checkSerializable(List<Call> reads) {
        reads.sort(Comparator.comparingLong(Call::invokedNanos));
        PriorityQueue<Call> open = new PriorityQueue<>(Comparator.comparingLong(Call::returnedNanos));
        long newest = 0;
        for (Call read : reads) {
            while (!open.isEmpty() && open.peek().returnedNanos() < read.invokedNanos()) {
                newest = Math.max(newest, revisionOf(open.remove().response()));
            }
            open.add(read);
            if (revisionOf(read.response()) < newest) {
                found(
                        Rule.SERIALIZABLE_READS_DO_NOT_GO_BACK,
                        "%s read revision %d after one had read %d"
                                .formatted(read.id(), revisionOf(read.response()), newest));
            }
        }
    }

    private static Message withoutIds(@Nullable Message response) {
        if (response == null) {
            throw new IllegalArgumentException("no response");
        }
        var field = response.getDescriptorForType().findFieldByName("header");
        ResponseHeader header = ((ResponseHeader) response.getField(field))
                .toBuilder().clearClusterId().clearMemberId().clearRaftTerm().build();
        return response.toBuilder().setField(field, header).build();
    }

    private void found(Rule rule, String detail) {
        violations.add(new Violation(rule, detail));
    }

    private static String brief(@Nullable Object message) {
        String text = String.valueOf(message).replaceAll("\\s+", " ");
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }
}
