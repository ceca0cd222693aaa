package io.metastore.server.process.history;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is there an order of these calls on one register that agrees with real time and explains each answer? Wing and Gong's search
 * ("Testing and verifying concurrent objects", 1993) with Lowe's memory of what was tried ("Testing for linearizability",
 * 2017). It looks at no revision, so a server whose revisions lie does not mislead it.
 *
 * <p>A call that was not answered may have happened at any time since it began, or not at all. The search is exponential at
 * worst: it gives up after a time or a number of configurations, and says so.
 */
final class LinearizabilityChecker {

    /** Bounds the memory of one search to some hundred MiB. */
    private static final int CONFIGURATIONS = 1_000_000;

    private static final int STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 1_000;

    enum Verdict {
        LINEARIZABLE,
        NOT_LINEARIZABLE,
        /** The bound came first. */
        UNDECIDED,
    }

    /** A point in time at which a call began or was answered, in a list of those not yet placed in the order. */
    private static final class Entry {
        private final int number;
        private final Call call;
        /** Where it was answered; null for an answer itself, and for a call that was not answered. */
        private final @Nullable Entry answer;

        private final boolean isAnswer;
        private @Nullable Entry before;
        private @Nullable Entry next;

        Entry(int number, Call call, boolean isAnswer, @Nullable Entry answer) {
            this.number = number;
            this.call = call;
            this.isAnswer = isAnswer;
            this.answer = answer;
        }

        long nanos() {
            return isAnswer ? call.returnedNanos() : call.invokedNanos();
        }
    }

    private record Configuration(BitSet placed, Register register) {}

    private record Choice(Entry entry, Register registerBefore) {}

    private final ByteString key;
    private final Entry head;
    private final BitSet placed = new BitSet();
    private final Set<Configuration> tried = new HashSet<>();
    private final Deque<Choice> choices = new ArrayDeque<>();
    private int unansweredYet;

    private LinearizabilityChecker(ByteString key, List<Call> calls) {
        this.key = key;
        this.head = entries(calls);
    }

    /** The calls are answered, or of unknown outcome; each concerns this key alone. */
    static Verdict check(ByteString key, List<Call> calls, Duration bound) {
        return new LinearizabilityChecker(key, calls).search(System.nanoTime() + bound.toNanos());
    }

    private Entry entries(List<Call> calls) {
        List<Entry> entries = new ArrayList<>();
        for (Call call : calls) {
            int number = entries.size();
            @Nullable Entry answer = call.response() == null ? null : new Entry(number, call, true, null);
            entries.add(new Entry(number, call, false, answer));
            if (answer != null) {
                entries.add(answer);
                unansweredYet++;
            }
        }
        // At one instant calls come before answers: then they overlap, which forbids less.
        entries.sort(Comparator.comparingLong(Entry::nanos).thenComparing(entry -> entry.isAnswer));
        Entry first = new Entry(-1, calls.get(0), false, null);
        Entry last = first;
        for (Entry entry : entries) {
            last.next = entry;
            entry.before = last;
            last = entry;
        }
        return first;
    }

    private Verdict search(long deadlineNanos) {
        Register register = Register.ABSENT;
        Entry entry = head.next;
        for (long steps = 1; unansweredYet > 0; steps++) {
            if (steps % STEPS_BETWEEN_LOOKS_AT_THE_CLOCK == 0
                    && (System.nanoTime() - deadlineNanos > 0 || tried.size() > CONFIGURATIONS)) {
                return Verdict.UNDECIDED;
            }
            if (entry == null) {
                throw new IllegalStateException("an answer is left, and not found");
            }
            if (entry.isAnswer) {
                // It must be placed before anything that comes later: what was chosen before was wrong.
                if (choices.isEmpty()) {
                    return Verdict.NOT_LINEARIZABLE;
                }
                Choice wrong = choices.pop();
                register = wrong.registerBefore();
                takeBack(wrong.entry());
                entry = wrong.entry().next;
                continue;
            }
            Optional<Register> after = register.after(key, entry.call.request(), entry.call.response());
            if (after.isPresent() && isNew(entry, after.get())) {
                choices.push(new Choice(entry, register));
                register = after.get();
                place(entry);
                entry = head.next;
            } else {
                entry = entry.next;
            }
        }
        return Verdict.LINEARIZABLE;
    }

    private boolean isNew(Entry entry, Register after) {
        BitSet with = (BitSet) placed.clone();
        with.set(entry.number);
        return tried.add(new Configuration(with, after));
    }

    private void place(Entry entry) {
        placed.set(entry.number);
        unlink(entry);
        if (entry.answer != null) {
            unlink(entry.answer);
            unansweredYet--;
        }
    }

    private void takeBack(Entry entry) {
        placed.clear(entry.number);
        if (entry.answer != null) {
            relink(entry.answer);
            unansweredYet++;
        }
        relink(entry);
    }

    private static void unlink(Entry entry) {
        entry.before.next = entry.next;
        if (entry.next != null) {
            entry.next.before = entry.before;
        }
    }

    /** Entries are put back in the reverse order of their going, so the neighbours are those it had. */
    private static void relink(Entry entry) {
        entry.before.next = entry;
        if (entry.next != null) {
            entry.next.before = entry;
        }
    }
}
