package io.metastore.server.process.faults;

import static io.metastore.server.process.faults.FaultKind.FOLLOWER_ALONE;
import static io.metastore.server.process.faults.FaultKind.KILL_ALL;
import static io.metastore.server.process.faults.FaultKind.KILL_FOLLOWER;
import static io.metastore.server.process.faults.FaultKind.KILL_LEADER;
import static io.metastore.server.process.faults.FaultKind.LEADER_ALONE;
import static io.metastore.server.process.faults.FaultKind.SLOW_NETWORK;
import static java.util.stream.Collectors.toCollection;

import io.metastore.server.process.Program;
import io.metastore.server.process.history.Violation;
import io.metastore.server.process.history.Violation.Rule;
import io.metastore.server.process.mutants.Effect;
import io.metastore.server.process.mutants.Mutant;
import io.metastore.server.process.mutants.MutantAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Members with a defect, the faults that bring it out, and the rules of which one at least must be found broken.
 *
 * @param snapshotCount entries from one snapshot of the state to the next
 */
record MutantTrial(Mutant mutant, List<FaultKind> faults, Set<Rule> caughtBy, int snapshotCount) {

    /** A defect that shows now and then only may need a second round. */
    private static final int MOST_ROUNDS = 5;

    /** How long what must agree may take to do so: members that differ are waited for as long. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Members live some seconds: the second compiler would take more time than it gives. */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    private static final Set<Rule> LEASES =
            EnumSet.of(Rule.LEASE_DOES_NOT_END_EARLY, Rule.LEASE_ENDS, Rule.LEASE_LEAVES_NO_GHOST);

    private static final int RARELY = 500;
    private static final int OFTEN = 50;

    /** What came of a trial. */
    record Result(int rounds, FaultReport report, long effects, double seconds) {

        Set<Rule> broken() {
            return report.violations().stream()
                    .map(Violation::rule)
                    .collect(toCollection(() -> EnumSet.noneOf(Rule.class)));
        }
    }

    static Map<Mutant, MutantTrial> all() {
        Map<Mutant, MutantTrial> trials = new EnumMap<>(Mutant.class);
        for (Mutant mutant : Mutant.values()) {
            trials.put(mutant, of(mutant));
        }
        return trials;
    }

    private static MutantTrial of(Mutant mutant) {
        return switch (mutant) {
            case READS_ASK_NOBODY ->
                trial(mutant, List.of(LEADER_ALONE), Rule.REAL_TIME_ORDER, Rule.REGISTER_IS_LINEARIZABLE);
            case COMMITTED_BY_ONE ->
                trial(
                        mutant,
                        List.of(LEADER_ALONE),
                        Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                        Rule.MEMBERS_AGREE,
                        Rule.WATCH_IS_COMPLETE,
                        Rule.EFFECT_IS_AS_REQUESTED);
            case LOG_LOSES_ITS_TAIL ->
                trial(mutant, List.of(KILL_ALL), Rule.ACKNOWLEDGED_IS_NEVER_LOST, Rule.WATCH_IS_COMPLETE);
            case PROPOSED_TWICE -> trial(mutant, List.of(FOLLOWER_ALONE), Rule.APPLIED_AT_MOST_ONCE);
            case REFUSED_AND_DONE -> trial(mutant, List.of(SLOW_NETWORK), Rule.REFUSED_HAS_NO_EFFECT);
            case PUT_SKIPPED -> trial(mutant, List.of(KILL_FOLLOWER), Rule.MEMBERS_AGREE);
            case COMPARE_IGNORED ->
                trial(mutant, List.of(), Rule.EFFECT_IS_AS_REQUESTED, Rule.REGISTER_IS_LINEARIZABLE);
            case REVISION_FALLS ->
                new MutantTrial(
                        mutant,
                        List.of(KILL_ALL),
                        EnumSet.of(
                                Rule.MEMBERS_AGREE,
                                Rule.ACKNOWLEDGED_IS_NEVER_LOST,
                                Rule.APPLIED_AT_MOST_ONCE,
                                Rule.WATCH_IS_COMPLETE),
                        OFTEN);
            case EVENT_DROPPED -> trial(mutant, List.of(SLOW_NETWORK), Rule.WATCH_IS_COMPLETE);
            case EVENT_TWICE -> trial(mutant, List.of(KILL_FOLLOWER), Rule.WATCH_IS_ATOMIC, Rule.WATCH_IS_COMPLETE);
            case LEASE_FORGOTTEN -> trial(mutant, List.of(KILL_LEADER, KILL_LEADER), Rule.LEASE_ENDS);
            case LEASE_ENDS_EARLY ->
                trial(mutant, List.of(KILL_LEADER, KILL_LEADER, KILL_LEADER), Rule.LEASE_DOES_NOT_END_EARLY);
            case MEMBER_UNKNOWN -> trial(mutant, List.of(SLOW_NETWORK), Rule.MEMBERS_AGREE);
        };
    }

    private static MutantTrial trial(Mutant mutant, List<FaultKind> faults, Rule first, Rule... others) {
        return new MutantTrial(mutant, faults, EnumSet.of(first, others), RARELY);
    }

    /** Runs rounds, each on a new cluster, until one of the rules is found broken. */
    Result run(Program server, Path agent, Path directory, long seed) {
        long start = System.nanoTime();
        Path effects = made(directory.resolve("effects"));
        Program mutated = withOptions(server, SHORT_LIVED + " " + MutantAgent.option(agent, mutant, effects));
        int round = 0;
        FaultReport report;
        do {
            report = round(mutated, directory.resolve("round-" + round), seed + round);
            round++;
        } while (round < MOST_ROUNDS && report.violations().stream().noneMatch(this::isExpected));
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        return new Result(round, report, Effect.countedIn(effects), seconds);
    }

    /** The same rounds with the server as it is. */
    List<Violation> runUnchanged(Program server, Path directory, long seed, int rounds) {
        FaultReport report = new FaultReport();
        for (int round = 0; round < rounds; round++) {
            report.addViolations(round(server, directory.resolve("unchanged-" + round), seed + round)
                    .violations());
        }
        return report.violations();
    }

    boolean isExpected(Violation violation) {
        return caughtBy.contains(violation.rule());
    }

    private FaultReport round(Program program, Path directory, long seed) {
        FaultReport report = new FaultReport();
        FaultRound.Plan plan = new FaultRound.Plan(
                seed, FaultStep.inOrder(seed, faults), caughtBy.stream().anyMatch(LEASES::contains), PATIENCE);
        new FaultRound(program.withFlags("--snapshot-count=" + snapshotCount), directory, plan, report).run();
        return report;
    }

    private static Program withOptions(Program server, String options) {
        return server.withEnvironment("METASTORE_JAVA_OPTS", options);
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return mutant.toString();
    }
}
