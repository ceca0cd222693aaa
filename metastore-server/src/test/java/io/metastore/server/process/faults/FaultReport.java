package io.metastore.server.process.faults;

import io.metastore.api.rpc.WatchResponse;
import io.metastore.server.process.history.Call;
import io.metastore.server.process.history.Call.Outcome;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.WatchRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was done, seen and checked, over all rounds. */
final class FaultReport {

    private final Map<FaultKind, List<String>> injections = new EnumMap<>(FaultKind.class);
    private final Map<String, Map<Outcome, Integer>> calls = new LinkedHashMap<>();
    private final Map<String, Long> checks = new LinkedHashMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private int rounds;
    private long watches;
    private long watchEvents;

    void addRound() {
        rounds++;
    }

    /** A fault that was seen to work. */
    void addInjection(FaultKind kind, String effect) {
        injections.computeIfAbsent(kind, any -> new ArrayList<>()).add(effect);
    }

    void addCalls(Collection<Call> made) {
        made.forEach(call -> calls.computeIfAbsent(
                        call.request().getClass().getSimpleName().replace("Request", ""),
                        any -> new EnumMap<>(Outcome.class))
                .merge(call.outcome(), 1, Integer::sum));
    }

    void addWatches(Collection<WatchRecord> records) {
        watches += records.size();
        watchEvents += records.stream()
                .flatMap(record -> record.responses().stream())
                .mapToLong(WatchResponse::getEventsCount)
                .sum();
    }

    void addChecks(String what, long number) {
        checks.merge(what, number, Long::sum);
    }

    void addViolations(Collection<Violation> found) {
        violations.addAll(found);
    }

    List<Violation> violations() {
        return violations;
    }

    /** How many faults were injected and verified. */
    int injected() {
        return injections.values().stream().mapToInt(List::size).sum();
    }

    /** How many calls were made and checked. */
    long operations() {
        return calls.values().stream()
                .flatMap(outcomes -> outcomes.values().stream())
                .mapToLong(Integer::longValue)
                .sum();
    }

    /** The same as tables, for a document. */
    void writeMarkdown(Path file, String title) {
        StringBuilder text = new StringBuilder();
        line(text, "# Faults, %s", title);
        line(text, "");
        line(
                text,
                "%d rounds, each on a new cluster of three; %d faults injected and verified, %d calls, %d watches with"
                        + " %d events; violations: %d.",
                rounds,
                injected(),
                operations(),
                watches,
                watchEvents,
                violations.size());
        violations.forEach(violation ->
                line(text, "- %s", violation.toString().lines().findFirst().orElse("")));
        table(text, "fault", "injected and verified", "last seen by");
        injections.forEach((kind, effects) -> line(
                text,
                "| `%s` | %d | %s |",
                kind,
                effects.size(),
                effects.get(effects.size() - 1).replace("|", "\\|")));
        table(text, "call", "outcomes");
        calls.forEach((request, outcomes) -> line(text, "| %s | %s |", request, outcomes));
        table(text, "checked", "number");
        checks.forEach((what, number) -> line(text, "| %s | %d |", what, number));
        try {
            Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void table(StringBuilder text, String... columns) {
        line(text, "");
        line(text, "| %s |", String.join(" | ", columns));
        line(text, "|%s", " --- |".repeat(columns.length));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line(text, "%d rounds", rounds);
        injections.forEach((kind, effects) -> line(
                text,
                "  %-26s %3d injected and verified, last by: %s",
                kind,
                effects.size(),
                effects.get(effects.size() - 1)));
        calls.forEach((request, outcomes) -> line(text, "  %-26s %s", request, outcomes));
        line(text, "  %-26s %d with %d events", "watches", watches, watchEvents);
        checks.forEach((what, number) -> line(text, "  %-26s %d", what, number));
        line(text, "  %-26s %d", "violations", violations.size());
        violations.stream().limit(20).forEach(violation -> line(text, "    %s", violation));
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(format.formatted(values)).append(System.lineSeparator());
    }
}
