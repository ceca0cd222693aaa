package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The workloads, one after another. */
final class ResultSections {
    private static final String RULE = "\n---\n";

    private ResultSections() {}

    static String all(Recording recording, Profile profile) {
        return "## Test Results\n\n"
                + String.join(
                        RULE + "\n",
                        largeScale(recording, profile),
                        sustained(recording, profile),
                        mixed(recording, profile),
                        watch(recording, profile),
                        transactions(recording, profile),
                        compaction(recording, profile),
                        restart(recording))
                + RULE;
    }

    private static String largeScale(Recording recording, Profile profile) {
        int pairs = profile.share(1_000);
        return section("1. Large-Scale Load Test")
                + parameters(
                        "Concurrent clients: 50, and 100 in the second table, on one connection",
                        "Operations per client: %,d pairs of a PUT of a new key and a GET of it".formatted(pairs),
                        "Total operations: %,d pairs".formatted(50 * pairs),
                        "Operation mix: 50% PUT, 50% GET")
                + results(counts(new MeasureTable(recording, "w1"), "pairs/s", Headline.publishedOf("w1"))
                        .latencyAndCost("49.26 / 133.57"))
                + "With 100 clients:\n\n"
                + counts(new MeasureTable(recording, "w1-100"), "pairs/s", "–")
                        .latencyAndCost("–")
                        .toMarkdown()
                + chart(recording, Charts.PERCENTILES, "latency percentiles of pairs")
                + analysis(recording, "w1");
    }

    private static String sustained(Recording recording, Profile profile) {
        return section("2. Sustained Load Test")
                + parameters(
                        "Duration: %s seconds a round".formatted(Numbers.text(profile.sustainedSeconds())),
                        "Concurrent clients: 20 on one connection, each putting new keys",
                        "Target rate: none in the first table; 100 ops/sec per client in the second",
                        "Total target: 2,000 ops/sec in the second table, open loop")
                + results(counts(new MeasureTable(recording, "w2"), "PUT/s", Headline.publishedOf("w2"))
                        .latencyAndCost("–")
                        .line("Server CPU, cores", Figure.CORES)
                        .line("Garbage collection: pauses", Figure.GC_PAUSES)
                        .line("Garbage collection: share of the time, %", Figure.GC_SHARE))
                + "At 2,000 ops/sec:\n\n"
                + counts(new MeasureTable(recording, "w2-rate"), "PUT/s", "315 / none (throttled)")
                        .latencyAndCost("–")
                        .toMarkdown()
                + chart(recording, Charts.OVER_TIME, "P99 latency over time")
                + analysis(recording, "w2", drift(recording, Recording.OURS), drift(recording, Recording.ETCD));
    }

    /** The last third of the timeline against the first. */
    private static String drift(Recording recording, String contender) {
        List<Double> rates = Timelines.values(recording, "w2", contender, "per_second");
        if (rates.size() < 6) {
            return "";
        }
        int third = rates.size() / 3;
        double first = Spread.of(rates.subList(0, third)).median();
        double last =
                Spread.of(rates.subList(rates.size() - third, rates.size())).median();
        return "%s: rate in the last third of a round against the first: %s"
                .formatted(name(contender), Numbers.text(first == 0 ? 0 : last / first));
    }

    private static String mixed(Recording recording, Profile profile) {
        StringBuilder out = new StringBuilder(section("3. Mixed Workload Test"))
                .append(
                        parameters(
                                "Duration: %s seconds a round".formatted(Numbers.text(profile.mixedSeconds())),
                                "Concurrent clients: 30 on one connection",
                                "Workload distribution: 40% PUT, 40% GET, 10% RANGE, 10% DELETE operations",
                                "`exact`: as published, a range reads the whole prefix, which grows with every put: a faster server has more to read",
                                "`capped`: keys are used again and a range reads at most 1,000; `ratio`: each client draws what it does next"))
                .append("**Results:**\n");
        for (String mode : List.of("exact", "capped", "ratio")) {
            String row = "w3-" + mode;
            MeasureTable table = new MeasureTable(recording, row).line("Total operations", Figure.COUNT);
            for (String kind : List.of("put", "get", "delete", "range")) {
                table.line(kind.toUpperCase(java.util.Locale.ROOT) + ", /s", Figure.line(kind, "per_second"));
            }
            for (String kind : List.of("put", "get", "delete", "range")) {
                table.line(
                        kind.toUpperCase(java.util.Locale.ROOT) + ", P99 ms",
                        Figure.line(kind, "p99_us").times(1e-3));
            }
            table.line("Errors", Figure.ERRORS)
                    .line("Throughput, op/s", Figure.PER_SECOND, Headline.publishedOf(row))
                    .cost();
            out.append("\n`").append(mode).append("`:\n\n").append(table.toMarkdown());
        }
        return out
                + analysis(
                        recording, "w3-ratio", "published there: about 96 % of what ended were GETs from a local map");
    }

    private static String watch(Recording recording, Profile profile) {
        StringBuilder out = new StringBuilder(section("4. Watch Scalability Test"))
                .append(parameters(
                        "Number of watchers: %s, of a key each, and all of one prefix"
                                .formatted(String.join(
                                        ", ",
                                        profile.watchers().stream()
                                                .map("%,d"::formatted)
                                                .toList())),
                        "Events per watcher: by puts one after another, round robin, or each seen by all",
                        "Total events: see the tables; all must come, once and in order, or the row fails"))
                .append("**Results:**\n");
        for (int watchers : profile.watchers()) {
            out.append(watchTable(recording, "w4-" + watchers, "%,d watchers of a key each".formatted(watchers)));
            out.append(
                    watchTable(recording, "w4-prefix-" + watchers, "%,d watchers of one prefix".formatted(watchers)));
        }
        return out
                + chart(recording, Charts.WATCH, "events a second by watchers of one prefix")
                + analysis(
                        recording,
                        "w4-prefix-" + profile.watchers().get(profile.watchers().size() - 1),
                        "published there: none, it did not end within 20 minutes");
    }

    private static String watchTable(Recording recording, String row, String title) {
        return "\n%s:\n\n".formatted(title)
                + new MeasureTable(recording, row)
                        .line("Events generated", Figure.detail("events_expected"))
                        .line("Events received", Figure.detail("events_delivered"))
                        .line(
                                "Event delivery rate, %",
                                Figure.detail("events_delivered").times(100).per(Figure.detail("events_expected")))
                        .line("Event throughput, /s", Figure.PER_SECOND, "none: did not end")
                        .line("Put to event P50, ms", Figure.P50_MICROS.times(1e-3))
                        .line("Put to event P99, ms", Figure.P99_MICROS.times(1e-3))
                        .line(
                                "Acknowledgment to event P99, ms",
                                Figure.line("ack to event", "p99_us").times(1e-3))
                        .line("Server CPU per event, µs", Figure.SERVER_CPU_MICROS)
                        .line("Resident memory afterwards, MiB", Figure.RESIDENT_MIB)
                        .toMarkdown();
    }

    private static String transactions(Recording recording, Profile profile) {
        int each = profile.share(1_000);
        return section("5. Transaction Throughput Test")
                + parameters(
                        "Total transactions: %,d, each creating a key that is absent".formatted(10 * each),
                        "Concurrent clients: 10 on one connection",
                        "Transactions per client: %,d".formatted(each))
                + results(new MeasureTable(recording, "w5")
                        .line("Successful transactions", Figure.COUNT)
                        .line("Failed transactions", Figure.ERRORS)
                        .line("Throughput, txn/s", Figure.PER_SECOND, Headline.publishedOf("w5"))
                        .latencyAndCost("–"))
                + analysis(recording, "w5");
    }

    private static String compaction(Recording recording, Profile profile) {
        MeasureTable table = new MeasureTable(recording, "w6");
        for (String phase : List.of("put", "overwrite", "get")) {
            table.line("Phase " + phase + ", /s", Figure.line(phase, "per_second"));
        }
        int keys = profile.share(2_000);
        return section("6. Compaction Test")
                + parameters(
                        "%,d PUT, %,d overwriting PUT, a compaction that is waited for, %,d GET"
                                .formatted(keys, keys, Math.max(500, keys / 10)),
                        "Concurrent clients: 1; before all other rows, whose old revisions would be compacted with it, so on servers that are hardly warm")
                + results(table.line(
                                "Compaction, ms",
                                Figure.line("compact", "mean_us").times(1e-3),
                                Headline.publishedOf("w6"))
                        .line("Errors", Figure.ERRORS))
                + analysis(recording, "w6");
    }

    private static String restart(Recording recording) {
        return section("7. Restart Test")
                + parameters("A fresh member, and the same member again with %,d keys of 256 bytes"
                        .formatted(RestartRuns.KEYS))
                + results(new MeasureTable(recording, RestartRuns.ID)
                        .line("Fresh member to ready, s", Figure.detail("ready_s"), "0.8 / 1.2")
                        .line("Fresh member to first put, s", Figure.detail("first_put_s"))
                        .line("Restart to ready, s", Figure.detail("restart_ready_s"))
                        .line(
                                "Restart to first linearizable get, s",
                                Figure.detail("restart_first_get_s"),
                                Headline.publishedOf(RestartRuns.ID)))
                + "**Analysis:**\n- A JVM starts here, with etcd a native program: that is most of the difference\n";
    }

    private static String section(String title) {
        return "### " + title + "\n\n";
    }

    private static String parameters(String... lines) {
        return "**Test Parameters:**\n" + Markdown.list(List.of(lines)) + "\n";
    }

    private static String results(MeasureTable table) {
        return "**Results:**\n\n" + table.toMarkdown() + "\n";
    }

    private static MeasureTable counts(MeasureTable table, String unit, String published) {
        return table.line("Successful operations", Figure.COUNT)
                .line("Failed operations", Figure.ERRORS)
                .line("Throughput, " + unit, Figure.PER_SECOND, published)
                .line("Test duration, s", Figure.SECONDS);
    }

    private static String chart(Recording recording, String name, String title) {
        return Charts.has(recording, name)
                ? "\n![%s](performance-report/%s.png)\n".formatted(title, name)
                : "\nNo chart of %s: too few figures were recorded.\n".formatted(title);
    }

    private static String analysis(Recording recording, String row, String... more) {
        List<String> lines = new ArrayList<>();
        Optional<Spread> errors = recording.spread(row, Recording.OURS, Figure.ERRORS);
        errors.ifPresent(
                e -> lines.add("Errors of MetaStore: %s at most in a round".formatted(Numbers.text(e.most()))));
        recording
                .ratio(row, Figure.PER_SECOND)
                .ifPresent(r -> lines.add("Throughput against etcd: " + Numbers.text(r)));
        recording.ratio(row, Figure.P99_MICROS).ifPresent(r -> lines.add("P99 against etcd: " + Numbers.text(r)));
        recording.note(row).ifPresent(lines::add);
        for (String line : more) {
            if (!line.isEmpty()) {
                lines.add(line);
            }
        }
        if (lines.isEmpty()) {
            lines.add("Not measured: " + recording.whyNot(row, Recording.OURS));
        }
        return "\n**Analysis:**\n" + Markdown.list(lines);
    }

    static String name(String contender) {
        return contender.equals(Recording.OURS) ? "MetaStore" : contender;
    }
}
